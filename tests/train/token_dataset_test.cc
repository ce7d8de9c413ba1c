#include "train/token_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <numeric>

#include "common/digest.h"
#include "common/error.h"
#include "tests/support/temp_dir.h"
#include "train/batch_loader.h"

namespace corpusmill {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TokenDatasetTest : public testing::Test {
 protected:
  template <class Id>
  fs::path write_ids(const std::string& name, const std::vector<Id>& ids) {
    std::ofstream file(root_ / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(ids.data()),
               static_cast<std::streamsize>(ids.size() * sizeof(Id)));
    return root_ / name;
  }

  // Ids 0, 1, 2, ... cut into shards of the given lengths.
  TokenDataset counting_dataset(const std::vector<std::size_t>& shard_tokens) {
    Manifest manifest;
    std::uint16_t next = 0;
    for (const std::size_t tokens : shard_tokens) {
      std::vector<std::uint16_t> ids(tokens);
      std::iota(ids.begin(), ids.end(), next);
      next = static_cast<std::uint16_t>(next + tokens);
      ShardInfo shard;
      shard.file_name = "data-" + std::to_string(shards_written_++) + ".bin";
      shard.tokens = tokens;
      shard.largest_id = next;
      shard.digest = digest_of_file(write_ids(shard.file_name, ids)).hex();
      manifest.shards.push_back(shard);
    }
    return TokenDataset::open(root_ / "data.json", manifest, Split::kTrain);
  }

  TempDir root_;
  int shards_written_ = 0;  // a mapped shard must not be written over
};

TEST_F(TokenDatasetTest, EveryTokenIsATargetOnceSaveTheFirstAndTheTail) {
  for (const std::size_t tokens : {0u, 1u, 8u, 9u, 100u, 105u}) {
    const TokenDataset dataset = counting_dataset({tokens});
    constexpr std::uint64_t kLength = 8;
    std::vector<int> targets(tokens, 0);
    for (std::uint64_t window = 0; window < dataset.windows(kLength); ++window) {
      std::vector<std::int64_t> ids(kLength + 1);
      dataset.copy_window(window, ids);
      for (std::size_t i = 1; i < ids.size(); ++i) {
        EXPECT_EQ(ids[i], ids[i - 1] + 1);
        ++targets[static_cast<std::size_t>(ids[i])];
      }
    }
    const std::uint64_t tail = dataset.tail_tokens(kLength);
    for (std::size_t i = 0; i < tokens; ++i) {
      EXPECT_EQ(targets[i], i == 0 || i >= tokens - tail ? 0 : 1) << "token " << i;
    }
  }
}

TEST_F(TokenDatasetTest, WindowsRunOverShardBounds) {
  const TokenDataset whole = counting_dataset({60});
  std::vector<std::int64_t> expected(14), found(14);
  for (const auto& cuts : std::vector<std::vector<std::size_t>>{
           {1, 59}, {13, 1, 46}, {0, 30, 0, 30, 0}, {5, 5, 5, 5, 5, 5, 30}}) {
    const TokenDataset cut = counting_dataset(cuts);
    ASSERT_EQ(cut.tokens(), 60u);
    for (std::uint64_t window = 0; window < whole.windows(13); ++window) {
      whole.copy_window(window, expected);
      cut.copy_window(window, found);
      EXPECT_EQ(found, expected);
    }
    EXPECT_THROW(cut.copy_window(cut.windows(13), found), std::out_of_range);
  }
}

TEST_F(TokenDatasetTest, ABareFileIsReadForItsLargestIdAndDigest) {
  const fs::path narrow = write_ids<std::uint16_t>("a.bin", {5, 65'535, 7});
  const fs::path wide = write_ids<std::uint32_t>("b.bin", {5, 200'000, 7});
  const auto a = TokenDataset::open_bare(narrow, TokenWidth::kUint16);
  const auto b = TokenDataset::open_bare(wide, TokenWidth::kUint32);
  EXPECT_EQ(a.largest_id(), 65'535u);
  EXPECT_EQ(b.largest_id(), 200'000u);
  EXPECT_NE(a.digest(), b.digest());
  EXPECT_EQ(a.digest(), TokenDataset::open_bare(narrow, TokenWidth::kUint16).digest());
}

TEST_F(TokenDatasetTest, AnIdThatTheManifestDeniesIsCorruption) {
  Manifest manifest;
  ShardInfo shard;
  shard.file_name = "data-0.bin";
  shard.tokens = 4;
  shard.largest_id = 9;
  manifest.shards.push_back(shard);
  write_ids<std::uint16_t>("data-0.bin", {1, 2, 10, 3});
  const auto dataset = TokenDataset::open(root_ / "data.json", manifest, Split::kTrain);
  std::vector<std::int64_t> ids(4);
  try {
    dataset.copy_window(0, ids);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kCorrupt);
    EXPECT_THAT(error.what(), HasSubstr("data-0.bin holds id 10 at byte 4"));
  }
}

TEST_F(TokenDatasetTest, TheLoaderGivesThePlannedBatchesWhateverItsQueue) {
  const TokenDataset dataset = counting_dataset({300, 211});
  constexpr std::uint64_t kLength = 7;
  const BatchPlan plan(dataset.windows(kLength), 6, 42);
  for (const std::size_t queue : {1u, 2u, 100u}) {
    LoaderOptions options;
    options.seq_len = kLength;
    options.micro_batch = 4;
    options.first_step = 3;
    options.last_step = 15;
    options.queue_batches_max = queue;
    BatchLoader loader(dataset, plan, options);
    ASSERT_EQ(loader.batches_per_step(), 2u);
    for (std::uint64_t step = 3; step < 15; ++step) {
      for (const BatchSlice piece : {BatchSlice{0, 4}, BatchSlice{4, 2}}) {
        const TokenBatch batch = loader.next();
        EXPECT_EQ(batch.step, step);
        ASSERT_EQ(batch.rows, piece.count);
        const auto windows = plan.windows_of(step, piece);
        for (std::size_t row = 0; row < windows.size(); ++row) {
          const std::span ids = std::span(batch.ids).subspan(row * 8, 8);
          EXPECT_EQ(ids.front(), static_cast<std::int64_t>(windows[row] * kLength));
          EXPECT_EQ(ids.back(), ids.front() + 7);
        }
      }
    }
    EXPECT_THROW(loader.next(), std::out_of_range);
  }
}

TEST_F(TokenDatasetTest, ALoaderIsDestroyedWithItsQueueFull) {
  const TokenDataset dataset = counting_dataset({500});
  const BatchPlan plan(dataset.windows(4), 2, 42);
  LoaderOptions options;
  options.seq_len = 4;
  options.micro_batch = 1;
  options.last_step = 1'000'000;
  BatchLoader loader(dataset, plan, options);
  EXPECT_EQ(loader.next().step, 0u);
}

TEST_F(TokenDatasetTest, WhatReadingThrowsArrivesAtNext) {
  Manifest manifest;
  ShardInfo shard;
  shard.file_name = "data-0.bin";
  shard.tokens = 6;
  shard.largest_id = 1;
  manifest.shards.push_back(shard);
  write_ids<std::uint16_t>("data-0.bin", {0, 1, 0, 1, 0, 9});
  const auto dataset = TokenDataset::open(root_ / "data.json", manifest, Split::kTrain);
  LoaderOptions options;
  options.seq_len = 5;
  options.micro_batch = 1;
  options.last_step = 3;
  BatchLoader loader(dataset, BatchPlan(1, 1, 42), options);
  EXPECT_THROW(loader.next(), Error);
}

}  // namespace
}  // namespace corpusmill
