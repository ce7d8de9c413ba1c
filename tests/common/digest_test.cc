#include "common/digest.h"

#include <gtest/gtest.h>

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

TEST(DigestTest, OfAFile) {
  TempDir dir;
  const std::string bytes(3'000'000, 'x');
  spill(dir / "a", bytes);
  EXPECT_EQ(digest_of_file(dir / "a"), digest_of(bytes));
}

}  // namespace
}  // namespace corpusmill
