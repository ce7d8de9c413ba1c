#include "common/digest.h"

#include <gtest/gtest.h>

#include "common/xxh3.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

// Known answers: of nothing, and of "corpusmill\n" as `xxhsum -H2` prints it.
TEST(DigestTest, EqualsXxhsum) {
  EXPECT_EQ(digest_of("").hex(), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(digest_of("corpusmill\n").hex(), "e3065fb8ca3a046406c9996f6629ab9f");
}

TEST(DigestTest, PiecesEqualTheWhole) {
  std::string bytes;
  for (int i = 0; i < 5000; ++i) bytes += static_cast<char>(i * 7 + i / 256);
  for (const std::size_t piece : {1u, 3u, 255u, 256u, 1024u, 4999u}) {
    Digester digester;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      digester.update(std::string_view(bytes).substr(at, piece));
    }
    EXPECT_EQ(digester.digest(), digest_of(bytes));
    digester.reset();
    EXPECT_EQ(digester.digest(), digest_of(""));
  }
}

// Whatever vectors the processor has, the digest is that of the header-only library as it comes.
TEST(DigestTest, EveryVariantGivesTheSame) {
  std::string bytes;
  for (int i = 0; i < 9000; ++i) bytes += static_cast<char>(i * 13 + i / 256);
  for (std::size_t count = 0; count < bytes.size(); count += count < 600 ? 1 : 97) {
    const xxh3::Hash expected = xxh3::kPortable.hash(bytes.data(), count);
    for (const xxh3::Functions* const variant : xxh3::variants()) {
      const xxh3::Hash whole = variant->hash(bytes.data(), count);
      alignas(xxh3::kStateAlignment) char state[xxh3::kStateBytes];
      variant->reset(state);
      variant->update(state, bytes.data(), count / 3);
      variant->update(state, bytes.data() + count / 3, count - count / 3);
      const xxh3::Hash pieces = variant->digest(state);
      ASSERT_EQ(whole.high, expected.high) << count;
      ASSERT_EQ(whole.low, expected.low) << count;
      ASSERT_EQ(pieces.high, expected.high) << count;
      ASSERT_EQ(pieces.low, expected.low) << count;
    }
  }
}

TEST(DigestTest, OfAFile) {
  TempDir dir;
  const std::string bytes(3'000'000, 'x');
  spill(dir / "a", bytes);
  EXPECT_EQ(digest_of_file(dir / "a"), digest_of(bytes));
}

}  // namespace
}  // namespace corpusmill
