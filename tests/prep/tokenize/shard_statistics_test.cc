#include "prep/tokenize/shard_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/error.h"
#include "prep/statistics/statistics_report.h"
#include "tests/support/sample_shards.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

using nlohmann::json;

constexpr std::uint64_t kVocabulary = 500;

struct ShardStatistics : testing::Test {
  TempDir folder;
  std::vector<SampleDocument> documents = sample_documents(11, 90, 40, kVocabulary);
  Manifest manifest = write_sample_set(folder / "data", documents, 40, kVocabulary);
  Progress progress{"test", 0, true};

  json statistics(int threads) {
    return shard_statistics(folder / "data.json", {.tokenizer = nullptr, .threads = threads},
                            progress);
  }
};

TEST_F(ShardStatistics, EqualsTheDocumentsWritten) {
  std::map<TokenId, std::uint64_t> counts;
  std::uint64_t tokens = 0;
  for (const SampleDocument& document : documents) {
    tokens += document.ids.size();
    for (const TokenId id : document.ids) ++counts[id];
  }
  const json found = statistics(2);
  EXPECT_EQ(found["vocabulary"]["used"], counts.size());
  for (const json& entry : found["vocabulary"]["most_frequent"]) {
    EXPECT_EQ(entry["count"], counts.at(entry["id"].get<TokenId>()));
  }
  const json& train = found["splits"]["train"];
  const json& validation = found["splits"]["validation"];
  EXPECT_EQ(train["documents"].get<int>() + validation["documents"].get<int>(), 90);
  EXPECT_EQ(train["tokens"].get<std::uint64_t>() + validation["tokens"].get<std::uint64_t>(),
            tokens);
  EXPECT_EQ(train["lengths"]["total"], train["tokens"]);
  EXPECT_EQ(found["shards"].size(), manifest.shards.size());
  EXPECT_THAT(shard_report(found), ::testing::HasSubstr("validation"));
}

TEST_F(ShardStatistics, DoesNotDependOnThreads) {
  EXPECT_EQ(statistics(1).dump(), statistics(4).dump());
}

TEST_F(ShardStatistics, ABareShardCountsTheSame) {
  const ShardInfo& shard = manifest.shards.front();
  const json found =
      bare_shard_statistics(folder / shard.file_name, shard.width, kVocabulary, {}, progress);
  EXPECT_EQ(found["tokens"], shard.tokens);
  EXPECT_TRUE(found["vocabulary"].contains("unused_share"));
  const json unknown =
      bare_shard_statistics(folder / shard.file_name, shard.width, 0, {}, progress);
  EXPECT_FALSE(unknown["vocabulary"].contains("unused_share"));
  EXPECT_THAT(shard_report(unknown), ::testing::HasSubstr("uint16"));
}

TEST_F(ShardStatistics, DamageIsRefused) {
  spill(folder / manifest.shards.front().file_name, "abc");
  try {
    statistics(1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kCorrupt);
  }
}

TEST_F(ShardStatistics, AManifestIsKnownByItsContent) {
  EXPECT_TRUE(looks_like_manifest(folder / "data.json"));
  EXPECT_FALSE(looks_like_manifest(folder / manifest.shards.front().file_name));
  EXPECT_FALSE(looks_like_manifest(folder / "missing.json"));
  spill(folder / "rows.json", "{\"text\": \"a\"}\n");
  EXPECT_FALSE(looks_like_manifest(folder / "rows.json"));
}

}  // namespace
}  // namespace corpusmill
