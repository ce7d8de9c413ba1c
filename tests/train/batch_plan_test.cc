#include "train/batch_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "common/error.h"

namespace corpusmill {
namespace {

using Windows = std::vector<std::uint64_t>;

Windows global_batch(const BatchPlan& plan, std::uint64_t step) {
  return plan.windows_of(step, {0, plan.global_batch()});
}

TEST(BatchPlan, AnEpochUsesEachWindowOnceSaveTheStatedTail) {
  const BatchPlan plan(103, 10, 42);
  EXPECT_EQ(plan.batches_per_epoch(), 10u);
  EXPECT_EQ(plan.dropped_windows(), 3u);
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
    std::set<std::uint64_t> seen;
    for (std::uint64_t batch = 0; batch < 10; ++batch) {
      const std::uint64_t step = epoch * 10 + batch;
      EXPECT_EQ(plan.epoch_of(step), epoch);
      for (const std::uint64_t window : global_batch(plan, step)) {
        EXPECT_LT(window, 103u);
        EXPECT_TRUE(seen.insert(window).second);
      }
    }
    EXPECT_EQ(seen.size(), 100u);
  }
}

TEST(BatchPlan, RanksAndMicroBatchesShareTheSameGlobalBatch) {
  const BatchPlan plan(500, 12, 1);
  for (const std::uint64_t step : {0u, 7u, 41u, 90u}) {
    const Windows expected = global_batch(plan, step);
    for (std::uint64_t world = 1; world <= 12; ++world) {
      for (const std::uint64_t micro : {1u, 2u, 5u, 12u, 100u}) {
        Windows joined;
        for (std::uint64_t rank = 0; rank < world; ++rank) {
          for (const BatchSlice& piece : micro_batches(plan.slice_of_rank(rank, world), micro)) {
            EXPECT_LE(piece.count, micro);
            const Windows windows = plan.windows_of(step, piece);
            joined.insert(joined.end(), windows.begin(), windows.end());
          }
        }
        ASSERT_EQ(joined, expected) << world << " ranks, micro-batch " << micro;
      }
    }
  }
}

TEST(BatchPlan, RefusesAnEpochWithoutOneBatch) {
  try {
    BatchPlan(9, 10, 42);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
  }
}

}  // namespace
}  // namespace corpusmill
