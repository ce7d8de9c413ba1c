#include "common/shard_verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "common/digest.h"
#include "common/error.h"
#include "tests/support/sample_shards.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Damage> verify(const TempDir& dir, const Manifest& manifest, int threads = 1) {
  return verify_shards(dir.path(), manifest, threads, {});
}

TEST(ShardVerifyTest, AFreshSetIsFineAndReadWhole) {
  TempDir dir;
  const Manifest manifest =
      write_sample_set(dir / "data", sample_documents(1, 40, 9'000, 500), 15, 500);
  std::atomic<std::uint64_t> bytes{0};
  EXPECT_THAT(verify_shards(dir.path(), manifest, 2, [&](std::uint64_t count) { bytes += count; }),
              IsEmpty());
  EXPECT_EQ(bytes, 2 * (manifest.tokens(Split::kTrain) + manifest.tokens(Split::kValidation)));
  EXPECT_NO_THROW(verify_or_throw(dir.path(), manifest, 1));
}

TEST(ShardVerifyTest, EveryFlippedBitIsFoundInItsFile) {
  TempDir dir;
  const Manifest manifest = write_sample_set(dir / "data", sample_documents(1, 5, 15, 500), 3, 500);
  for (const char* name : {"data-00000.bin", "data-00000.docs"}) {
    const std::string bytes = slurp(dir / name);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      std::string flipped = bytes;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      spill(dir / name, flipped);
      const std::vector<Damage> damages = verify_shard(dir.path(), manifest, 0, {});
      ASSERT_EQ(damages.size(), 1u) << name << " bit " << bit;
      ASSERT_EQ(damages[0].file, name);
    }
    spill(dir / name, bytes);
  }
  EXPECT_THAT(verify(dir, manifest), IsEmpty());
}

TEST(ShardVerifyTest, NamesBlockAndOffset) {
  TempDir dir;
  const Manifest manifest =
      write_sample_set(dir / "data", sample_documents(1, 400, 9'000, 500), 400, 500);
  const std::string name = "data.val-00000.bin";
  std::string bytes = slurp(dir / name);
  ASSERT_GT(bytes.size(), 3 * kDigestBlockBytes);
  bytes[kDigestBlockBytes + 77] ^= 1;
  bytes[2 * kDigestBlockBytes] ^= 1;
  spill(dir / name, bytes);
  const std::vector<Damage> damages = verify(dir, manifest, 4);
  ASSERT_EQ(damages.size(), 2u);
  EXPECT_EQ(damages[0].to_text(),
            "data.val-00000.bin: block 1, byte 1048576: the digest of these 1048576 bytes differs");
  EXPECT_EQ(damages[1].block, 2u);
  try {
    verify_or_throw(dir.path(), manifest, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kCorrupt);
    EXPECT_THAT(error.what(), HasSubstr("block 1, byte 1048576"));
    EXPECT_THAT(error.what(), HasSubstr("2 damages"));
  }
}

TEST(ShardVerifyTest, MissingCutAndGrownFiles) {
  TempDir dir;
  const Manifest manifest = write_sample_set(dir / "data", sample_documents(1, 6, 15, 500), 4, 500);
  const std::string bytes = slurp(dir / "data-00000.bin");
  spill(dir / "data-00000.bin", bytes + "xx");
  EXPECT_THAT(verify(dir, manifest).at(0).what, HasSubstr("bytes instead of"));
  spill(dir / "data-00000.bin", bytes.substr(2));
  EXPECT_EQ(verify(dir, manifest).size(), 2u);
  std::filesystem::remove(dir / "data-00000.bin");
  std::filesystem::remove(dir / "data.val-00000.docs");
  const std::vector<Damage> damages = verify(dir, manifest);
  ASSERT_EQ(damages.size(), 2u);
  EXPECT_EQ(damages[0].to_text(), "data-00000.bin: byte 0: missing");
  EXPECT_EQ(damages[1].to_text(), "data.val-00000.docs: byte 0: missing");
}

TEST(ShardVerifyTest, SwappedShardsAreFound) {
  TempDir dir;
  auto documents = sample_documents(1, 9, 15, 500);
  for (SampleDocument& document : documents) document.ids.resize(10, 3);
  const Manifest manifest = write_sample_set(dir / "data", documents, 3, 500);
  std::filesystem::rename(dir / "data-00000.bin", dir / "x");
  std::filesystem::rename(dir / "data-00001.bin", dir / "data-00000.bin");
  std::filesystem::rename(dir / "x", dir / "data-00001.bin");
  EXPECT_EQ(verify(dir, manifest).size(), 2u);
}

TEST(ShardVerifyTest, IdsPastTheVocabularyAreFound) {
  TempDir dir;
  auto documents = sample_documents(1, 3, 15, 500);
  documents[1].ids = {5, 499, 7};
  Manifest manifest = write_sample_set(dir / "data", documents, 3, 500);
  manifest.tokenizer.vocabulary_size = 499;
  const std::vector<Damage> damages = verify(dir, manifest);
  ASSERT_EQ(damages.size(), 1u);
  EXPECT_THAT(damages[0].what, HasSubstr("not below the vocabulary size 499"));
}

TEST(ShardVerifyTest, IndexOfAnInputThatIsNotThere) {
  TempDir dir;
  Manifest manifest = write_sample_set(dir / "data", sample_documents(1, 6, 15, 500), 6, 500);
  manifest.inputs.pop_back();
  EXPECT_THAT(verify(dir, manifest).at(0).what, HasSubstr("names an input"));
}

}  // namespace
}  // namespace corpusmill
