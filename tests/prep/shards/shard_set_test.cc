#include "prep/shards/shard_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file.h"
#include "common/shard_verify.h"
#include "common/token_shard_format.h"
#include "prep/commands/commands.h"
#include "prep/shards/shard_merge.h"
#include "tests/support/sample_shards.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

using ::testing::HasSubstr;

std::vector<TokenId> ids_of(const std::vector<SampleDocument>& documents, std::size_t begin,
                            std::size_t end) {
  std::vector<TokenId> ids;
  for (std::size_t i = begin; i < end; ++i) {
    ids.insert(ids.end(), documents[i].ids.begin(), documents[i].ids.end());
  }
  return ids;
}

ShardSet open_set(const std::filesystem::path& path) {
  return open_shard_set(path, {});
}

int run_merge(std::vector<std::string> arguments) {
  arguments.emplace_back("--quiet");
  return static_cast<int>(merge_command(arguments));
}

TEST(ShardSetReaderTest, ReadsAcrossShardsAndFindsDocuments) {
  TempDir dir;
  const auto documents = sample_documents(5, 12, 9, 500);
  write_sample_set(dir / "data", documents, 4, 500);
  const ShardSet set = open_set(dir / "data.json");
  const ShardSetReader reader(set, Split::kTrain);
  const std::vector<TokenId> all = ids_of(documents, 0, 8);
  ASSERT_EQ(reader.tokens(), all.size());
  ASSERT_EQ(reader.documents(), 8u);
  for (std::size_t first = 0; first <= all.size(); ++first) {
    const std::size_t count = std::min<std::size_t>(11, all.size() - first);
    ASSERT_EQ(reader.read(first, 11),
              std::vector<TokenId>(all.begin() + static_cast<long>(first),
                                   all.begin() + static_cast<long>(first + count)));
  }
  std::uint64_t begin = 0;
  for (std::uint64_t number = 0; number < 8; ++number) {
    const ShardSetReader::Document document = reader.document(number);
    ASSERT_EQ(document.begin, begin);
    ASSERT_EQ(document.origin, documents[number].origin);
    for (; begin < document.end; ++begin) ASSERT_EQ(reader.document_at(begin).number, number);
  }
  EXPECT_THROW(reader.document(8), Error);
  EXPECT_THROW(reader.document_at(begin), Error);
  EXPECT_EQ(open_set(dir / "data-00001.bin").shard, 1u);
}

TEST(ShardSetTest, ABareFileNeedsItsTypeAndVocabulary) {
  TempDir dir;
  spill(dir / "old.bin", std::string("\1\0\2\0", 4));
  EXPECT_THROW(open_set(dir / "old.bin"), Error);
  BareShardOptions bare;
  bare.dtype = "uint16";
  bare.vocabulary_size = 3;
  const ShardSet set = open_shard_set(dir / "old.bin", bare);
  EXPECT_TRUE(set.is_bare);
  EXPECT_EQ(ShardSetReader(set, Split::kTrain).read(0, 9), (std::vector<TokenId>{1, 2}));
}

// Merging is concatenation, split by split, whatever the shards were and become.
TEST(MergeTest, IsConcatenation) {
  TempDir dir;
  const auto a = sample_documents(1, 10, 30, 500), b = sample_documents(2, 7, 30, 500);
  write_sample_set(dir / "a", a, 4, 500);
  write_sample_set(dir / "b", b, 3, 500);
  for (const char* shard_tokens : {"1", "37", "1000000"}) {
    const std::string out = dir / ("out" + std::string(shard_tokens));
    ASSERT_EQ(
        run_merge({dir / "a.json", dir / "b.json", "-o", out, "--shard-tokens", shard_tokens}), 0);
    const ShardSet set = open_set(out + ".json");
    ASSERT_TRUE(verify_shards(set.folder, set.manifest, 1, {}).empty());
    const ShardSetReader train(set, Split::kTrain), validation(set, Split::kValidation);
    std::vector<TokenId> expected = ids_of(a, 0, 8);
    const std::vector<TokenId> more = ids_of(b, 0, 6);
    expected.insert(expected.end(), more.begin(), more.end());
    EXPECT_EQ(train.read(0, 10'000), expected);
    EXPECT_EQ(validation.documents(), 3u);
    EXPECT_EQ(set.manifest.inputs.size(), 4u);
    EXPECT_EQ(train.document(8).origin, (DocumentOrigin{b[0].origin.input + 2, b[0].origin.line}));
    // Again: verifies, and changes nothing.
    const auto before = folder_content(dir.path());
    EXPECT_EQ(
        run_merge({dir / "a.json", dir / "b.json", "-o", out, "--shard-tokens", shard_tokens}), 0);
    EXPECT_EQ(folder_content(dir.path()), before);
  }
}

TEST(MergeTest, RefusesWhatDiffersByName) {
  TempDir dir;
  write_sample_set(dir / "a", sample_documents(1, 4, 9, 500), 4, 500);
  write_sample_set(dir / "b", sample_documents(2, 4, 9, 501), 4, 501);
  const auto before = folder_content(dir.path());
  try {
    run_merge({dir / "a.json", dir / "b.json", "-o", dir / "out"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kMismatch);
    EXPECT_THAT(error.what(), HasSubstr("vocabulary size: 500 in"));
  }
  EXPECT_THROW(run_merge({dir / "a.json", "-o", dir / "a"}), Error);
  EXPECT_EQ(folder_content(dir.path()), before);
}

TEST(MergeTest, RefusesADamagedSource) {
  TempDir dir;
  write_sample_set(dir / "a", sample_documents(1, 4, 9, 500), 2, 500);
  std::string bytes = slurp(dir / "a-00000.bin");
  bytes[0] ^= 1;
  spill(dir / "a-00000.bin", bytes);
  try {
    run_merge({dir / "a.json", "-o", dir / "out"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kCorrupt);
  }
  EXPECT_FALSE(std::filesystem::exists(dir / "out.json"));
  EXPECT_EQ(verify_command({dir / "a.json", "--quiet"}), ExitCode::kFoundBad);
}

}  // namespace
}  // namespace corpusmill
