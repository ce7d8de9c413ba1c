#include "prep/shards/split.h"

#include <gtest/gtest.h>

#include "common/error.h"

namespace corpusmill {
namespace {

std::uint64_t held_out(const SplitRule& rule, std::uint64_t documents) {
  std::uint64_t count = 0;
  for (std::uint64_t i = 0; i < documents; ++i) count += rule.of(i) == Split::kValidation;
  return count;
}

TEST(SplitRule, HoldsOutTheFraction) {
  EXPECT_EQ(held_out(SplitRule(0.0, 42), 10'000), 0U);
  EXPECT_NEAR(static_cast<double>(held_out(SplitRule(0.01, 42), 100'000)), 1000.0, 150.0);
  EXPECT_NEAR(static_cast<double>(held_out(SplitRule(0.5, 42), 100'000)), 50'000.0, 1000.0);
}

TEST(SplitRule, DependsOnTheSeed) {
  const SplitRule first(0.5, 1);
  const SplitRule second(0.5, 2);
  std::uint64_t same = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) same += first.of(i) == second.of(i);
  EXPECT_NEAR(static_cast<double>(same), 5000.0, 400.0);
}

// Shards that exist depend on these: a change here changes everyone's data.
TEST(SplitRule, StaysWhatItWas) {
  const SplitRule rule(0.25, 42);
  std::string members;
  for (std::uint64_t i = 0; i < 32; ++i) members += rule.of(i) == Split::kValidation ? 'v' : '.';
  EXPECT_EQ(members, ".........v.v.v.v..vv......v..v..");
}

TEST(SplitRule, RefusesWhatIsNoFraction) {
  EXPECT_THROW(SplitRule(-0.1, 0), Error);
  EXPECT_THROW(SplitRule(1.0, 0), Error);
  EXPECT_THROW(SplitRule(0.0 / 0.0, 0), Error);
  EXPECT_NO_THROW(SplitRule(0.999999999, 0));
}

}  // namespace
}  // namespace corpusmill
