#include "train/window_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

namespace corpusmill {
namespace {

TEST(WindowOrder, IsAPermutationForEverySmallCount) {
  for (std::uint64_t count = 1; count <= 300; ++count) {
    const WindowOrder order(count, 42, 0);
    std::vector<bool> seen(count, false);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t window = order.at(i);
      ASSERT_LT(window, count);
      ASSERT_FALSE(seen[window]) << "window " << window << " of " << count << " twice";
      seen[window] = true;
    }
  }
}

TEST(WindowOrder, IsAPermutationAroundPowersOfTwo) {
  for (const std::uint64_t count : {65'535u, 65'536u, 65'537u}) {
    const WindowOrder order(count, 7, 3);
    std::vector<bool> seen(count, false);
    for (std::uint64_t i = 0; i < count; ++i) seen[order.at(i)] = true;
    EXPECT_EQ(std::count(seen.begin(), seen.end(), true), static_cast<long>(count));
  }
}

// The order is part of the format of a run: another platform or a later version that gave other
// windows could not resume it.
TEST(WindowOrder, NeverChanges) {
  const WindowOrder order(1000, 42, 1);
  std::vector<std::uint64_t> first;
  for (std::uint64_t i = 0; i < 6; ++i) first.push_back(order.at(i));
  EXPECT_EQ(first, (std::vector<std::uint64_t>{802, 440, 874, 595, 396, 88}));
}

TEST(WindowOrder, SeedsAndEpochsGiveUnrelatedOrders) {
  constexpr std::uint64_t kCount = 10'000;
  const WindowOrder base(kCount, 42, 0);
  for (const WindowOrder& other :
       {WindowOrder(kCount, 42, 1), WindowOrder(kCount, 43, 0), WindowOrder(kCount, 0, 0)}) {
    std::uint64_t same = 0;
    for (std::uint64_t i = 0; i < kCount; ++i) same += base.at(i) == other.at(i) ? 1 : 0;
    EXPECT_LT(same, 12u);  // one expected of two independent permutations
  }
}

TEST(WindowOrder, SpreadsEachStretchOverTheWholeRange) {
  constexpr std::uint64_t kCount = 100'000, kStretch = 1'000;
  const WindowOrder order(kCount, 42, 0);
  double sum = 0;
  for (std::uint64_t i = 0; i < kStretch; ++i) sum += static_cast<double>(order.at(i));
  const double mean = sum / kStretch / kCount;
  EXPECT_NEAR(mean, 0.5, 4 * std::sqrt(1.0 / 12 / kStretch));
}

TEST(WindowOrder, SeeksInRangesNoTableCouldHold) {
  const std::uint64_t count = (std::uint64_t{1} << 61) + 12'345;
  const WindowOrder order(count, 42, 0);
  std::set<std::uint64_t> windows;
  for (std::uint64_t i = 0; i < 1000; ++i) windows.insert(order.at(count - 1 - i));
  EXPECT_EQ(windows.size(), 1000u);
  EXPECT_LT(*windows.rbegin(), count);
}

TEST(WindowOrder, RefusesPlacesOutsideTheEpoch) {
  EXPECT_THROW(WindowOrder(0, 1, 1), std::invalid_argument);
  EXPECT_THROW(WindowOrder(5, 1, 1).at(5), std::out_of_range);
}

}  // namespace
}  // namespace corpusmill
