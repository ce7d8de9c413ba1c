#include "tokenizer/split/offset_bits.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace corpusmill {
namespace {

std::uint32_t below(std::mt19937& random, std::uint32_t limit) {
  return static_cast<std::uint32_t>(random() % limit);
}

TEST(OffsetBitsTest, EqualsASetOfOffsets) {
  std::mt19937 random(1);
  OffsetBits bits;
  for (int round = 0; round < 300; ++round) {
    std::set<std::uint32_t> expected;
    std::uint32_t first = below(random, 200);
    for (int i = 0; i < 60; ++i) {
      if (random() % 4 == 0 && expected.size() > 1) {
        ASSERT_EQ(bits.back(), *expected.rbegin());
        bits.pop_back();
        expected.erase(std::prev(expected.end()));
      } else {
        const std::uint64_t more = random() % 3 == 0 ? 1 : std::uint64_t{random()} << random() % 40;
        bits.add(first, more);
        for (std::uint32_t bit = 0; bit < 64; ++bit) {
          if ((more >> bit & 1) != 0) expected.insert(first + bit);
        }
        first += 63 + below(random, below(random, 8) == 0 ? 5000 : 3);
      }
    }
    bits.push_back(first);
    expected.insert(first);
    ASSERT_EQ(bits.back(), first);
    for (auto at = expected.begin(); std::next(at) != expected.end(); ++at) {
      ASSERT_TRUE(bits.has(*at));
      ASSERT_EQ(bits.next(*at), *std::next(at));
    }
    // What can be read behind them is empty.
    ASSERT_EQ(bits.words()[first / 64 + 1] | bits.words()[first / 64 + 2], 0U);
    bits.clear();
    ASSERT_TRUE(bits.empty());
  }
}

}  // namespace
}  // namespace corpusmill
