#include "train/lr_schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/error.h"

namespace corpusmill {
namespace {

TEST(LrSchedule, WarmupRisesInEqualStepsAndReachesThePeak) {
  const LrSchedule schedule{.peak = 1e-3, .warmup_steps = 4, .total_steps = 100};
  EXPECT_DOUBLE_EQ(learning_rate_at(0, schedule), 0.25e-3);
  EXPECT_DOUBLE_EQ(learning_rate_at(3, schedule), 1e-3);
  EXPECT_DOUBLE_EQ(learning_rate_at(4, schedule), 1e-3);
}

TEST(LrSchedule, CosinePassesItsHalfWayPointAndEndsAtTheFinalRate) {
  const LrSchedule schedule{
      .peak = 1e-3, .final_ratio = 0.1, .warmup_steps = 10, .total_steps = 110};
  EXPECT_NEAR(learning_rate_at(60, schedule), 0.55e-3, 1e-12);
  EXPECT_NEAR(learning_rate_at(35, schedule), 1e-4 + 9e-4 * (1 + std::sqrt(0.5)) / 2, 1e-12);
  EXPECT_NEAR(learning_rate_at(110, schedule), 1e-4, 1e-12);
  EXPECT_EQ(learning_rate_at(5000, schedule), learning_rate_at(110, schedule));
}

TEST(LrSchedule, LinearFallsInEqualSteps) {
  const LrSchedule schedule{
      .decay = LrDecay::kLinear, .peak = 2.0, .final_ratio = 0, .total_steps = 10};
  for (int step = 0; step <= 10; ++step) {
    EXPECT_NEAR(learning_rate_at(step, schedule), 2.0 - 0.2 * step, 1e-12);
  }
}

TEST(LrSchedule, ConstantStays) {
  const LrSchedule schedule{.decay = LrDecay::kConstant, .peak = 3e-4, .total_steps = 10};
  for (const int step : {0, 5, 10, 1000}) EXPECT_EQ(learning_rate_at(step, schedule), 3e-4);
}

TEST(LrSchedule, NeverRisesAfterWarmup) {
  for (const LrDecay decay : {LrDecay::kCosine, LrDecay::kLinear, LrDecay::kConstant}) {
    const LrSchedule schedule{.decay = decay, .warmup_steps = 7, .total_steps = 50};
    for (int step = 7; step < 60; ++step) {
      EXPECT_LE(learning_rate_at(step + 1, schedule), learning_rate_at(step, schedule));
    }
  }
}

TEST(LrSchedule, RefusesContradictions) {
  EXPECT_NO_THROW((LrSchedule{.total_steps = 1}.validate()));
  EXPECT_THROW(LrSchedule{}.validate(), Error);
  EXPECT_THROW((LrSchedule{.peak = 0, .total_steps = 1}.validate()), Error);
  EXPECT_THROW((LrSchedule{.final_ratio = 1.5, .total_steps = 1}.validate()), Error);
  EXPECT_THROW((LrSchedule{.warmup_steps = 5, .total_steps = 5}.validate()), Error);
  EXPECT_THROW(parse_lr_decay("cosin"), Error);
  for (const LrDecay decay : {LrDecay::kCosine, LrDecay::kLinear, LrDecay::kConstant}) {
    EXPECT_EQ(parse_lr_decay(lr_decay_name(decay)), decay);
  }
}

}  // namespace
}  // namespace corpusmill
