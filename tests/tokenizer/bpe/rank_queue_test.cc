#include "tokenizer/bpe/rank_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace corpusmill {
namespace {

using Places = std::vector<std::uint32_t>;

TEST(RankQueueTest, TakesTheLowestRankWithItsPlacesInOrder) {
  RankQueue queue;
  queue.start(1000);
  queue.put(700, 3);
  queue.put(5, 9);
  queue.put(700, 1);
  queue.put(5, 9);
  Places places;
  EXPECT_EQ(queue.take_lowest(places), 5u);
  EXPECT_EQ(places, (Places{9, 9}));
  queue.put(6, 2);
  EXPECT_EQ(queue.take_lowest(places), 6u);
  EXPECT_EQ(places, (Places{2}));
  EXPECT_EQ(queue.take_lowest(places), 700u);
  EXPECT_EQ(places, (Places{1, 3}));
  EXPECT_EQ(queue.take_lowest(places), 1000u);
  EXPECT_TRUE(places.empty());
}

TEST(RankQueueTest, EqualsASortedMap) {
  std::mt19937 random(3);
  RankQueue queue;
  for (int round = 0; round < 60; ++round) {
    const auto ranks = static_cast<std::uint32_t>(1 + random() % 20000);
    queue.start(ranks);
    std::map<std::uint32_t, Places> expected;
    Places places;
    for (int i = 0; i < 2000; ++i) {
      if (random() % 4 != 0) {
        const auto rank = static_cast<std::uint32_t>(random() % ranks);
        const auto place = static_cast<std::uint32_t>(random() % 100);
        queue.put(rank, place);
        expected[rank].push_back(place);
        continue;
      }
      const std::uint32_t rank = queue.take_lowest(places);
      ASSERT_EQ(rank, expected.empty() ? ranks : expected.begin()->first);
      if (expected.empty()) continue;
      std::sort(expected.begin()->second.begin(), expected.begin()->second.end());
      ASSERT_EQ(places, expected.begin()->second);
      expected.erase(expected.begin());
    }  // what is left must not show in the next round
  }
}

}  // namespace
}  // namespace corpusmill
