#include "prep/stage/pipeline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <vector>

#include "common/error.h"

namespace corpusmill {
namespace {

TEST(Pipeline, KeepsOrderAndBoundsLiveBatches) {
  for (const int threads : {1, 2, 8}) {
    std::atomic<int> live{0};
    std::atomic<int> live_most{0};
    int next = 0;
    std::vector<int> seen;
    run_pipeline(
        {threads, 4},
        [&]() -> std::optional<std::unique_ptr<int>> {
          if (next == 500) return std::nullopt;
          const int now = ++live;
          live_most = std::max(live_most.load(), now);
          return std::make_unique<int>(next++);
        },
        parallel([](std::unique_ptr<int> value) {
          *value *= 2;
          return value;
        }),
        in_order([sum = 0](std::unique_ptr<int> value) mutable {
          sum += *value;
          return std::pair(*value, sum);
        }),
        in_order([&](std::pair<int, int> pair) {
          seen.push_back(pair.first);
          EXPECT_EQ(pair.second, pair.first * (pair.first / 2 + 1) / 2);
          --live;
        }));
    ASSERT_EQ(seen.size(), 500);
    for (int i = 0; i < 500; ++i) ASSERT_EQ(seen[static_cast<std::size_t>(i)], 2 * i);
    EXPECT_LE(live_most, 4);
  }
}

TEST(Pipeline, RethrowsTheFirstErrorOfAnyStage) {
  for (int failing = 0; failing < 3; ++failing) {
    int next = 0;
    const auto fail_at = [&](int stage, int value) {
      if (stage == failing && value == 20) throw Error(ExitCode::kCorrupt, "broken");
    };
    EXPECT_THROW(run_pipeline(
                     {2},
                     [&]() -> std::optional<int> {
                       fail_at(0, next);
                       return next == 1000 ? std::nullopt : std::optional<int>(next++);
                     },
                     parallel([&](int value) {
                       fail_at(1, value);
                       return value;
                     }),
                     in_order([&](int value) { fail_at(2, value); })),
                 Error);
  }
}

TEST(Pipeline, StopsWhenAsked) {
  int next = 0;
  try {
    run_pipeline(
        {2}, [&]() -> std::optional<int> { return next++; }, in_order([](int value) {
          if (value == 50) request_stop(15);
        }));
    FAIL() << "the pipeline has no end";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kStopped);
  }
  clear_stop_request();
}

}  // namespace
}  // namespace corpusmill
