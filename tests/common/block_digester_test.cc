#include "common/block_digester.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace corpusmill {
namespace {

constexpr std::size_t kBlockBytes = 4096;

std::vector<Digest> digests_of_blocks(std::string_view bytes) {
  std::vector<Digest> digests;
  for (std::size_t at = 0; at < bytes.size(); at += kBlockBytes) {
    digests.push_back(digest_of(bytes.substr(at, kBlockBytes)));
  }
  return digests;
}

void expect_those_of(std::string_view bytes, const BlockDigester& digester) {
  ASSERT_EQ(digester.digest(), digest_of(bytes)) << bytes.size();
  ASSERT_EQ(digester.block_digests(), digests_of_blocks(bytes)) << bytes.size();
}

std::string random_bytes(std::size_t count) {
  std::mt19937_64 random(1);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST(BlockDigesterTest, EveryLengthEqualsDigestsOfTheWholeAndTheBlocks) {
  const std::string bytes = random_bytes(3 * kBlockBytes + 100);
  BlockDigester growing(kBlockBytes);
  expect_those_of("", growing);
  for (std::size_t count = 1; count <= bytes.size(); ++count) {
    growing.update({&bytes[count - 1], 1});
    expect_those_of(std::string_view(bytes).substr(0, count), growing);
  }
}

TEST(BlockDigesterTest, PiecesEqualTheWhole) {
  const std::string bytes = random_bytes(100'000);
  std::mt19937 random(2);
  for (const std::size_t bytes_max : {100u, 1'025u, 5'000u, 200'000u}) {
    BlockDigester digester(kBlockBytes);
    for (std::string_view rest = bytes; !rest.empty();) {
      const std::string_view piece = rest.substr(0, random() % bytes_max);
      digester.update(piece);
      rest.remove_prefix(piece.size());
    }
    expect_those_of(bytes, digester);
  }
}

}  // namespace
}  // namespace corpusmill
