#include "tokenizer/byte_level/ascii_units.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

namespace corpusmill {
namespace {

using Numbers = std::vector<std::uint32_t>;

// One pretoken after the other, in text that lies in memory of just its size.
TEST(AsciiUnitsTest, EveryWayOfThisProcessorFindsTheEndsAndTheSingleBytes) {
  std::mt19937 random(1);
  std::size_t seen = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::size_t size = 1 + random() % (round % 10 == 0 ? 2000 : 200);
    const auto text = std::make_unique<char[]>(size);
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(random() % 128);
    Numbers begins = {0};
    const std::size_t bytes_max = 1 + random() % (round % 3 == 0 ? 100 : 4);
    while (begins.back() < size) {
      const std::size_t end = begins.back() + 1 + random() % bytes_max;
      begins.push_back(static_cast<std::uint32_t>(std::min(size, end)));
    }
    std::vector<std::uint64_t> bits(size / 64 + 3);
    for (const std::uint32_t at : begins) bits[at / 64] |= std::uint64_t{1} << at % 64;
    const std::size_t first = random() % (begins.size() - 1);
    const std::size_t stop = begins[first] + 1 + random() % (size - begins[first]);
    Numbers expected, expected_chars;
    const std::size_t room = 1 + random() % (round % 2 == 0 ? 100 : 2500);
    for (std::size_t i = first; i + 1 < begins.size() && begins[i + 1] <= stop; ++i) {
      if (expected.size() == room) break;
      expected.push_back(begins[i + 1]);
      const bool single = begins[i + 1] - begins[i] == 1;
      expected_chars.push_back(single ? static_cast<std::uint8_t>(text[begins[i]])
                                      : CharCuts::kNoChar);
    }
    seen += expected.size();
    for (const ascii_units::Take take : ascii_units::takers()) {
      // Nothing behind the room is written.
      const auto ends = std::make_unique<std::uint32_t[]>(room + 1);
      const auto chars = std::make_unique<std::uint32_t[]>(room + 1);
      ends[room] = chars[room] = 77;
      const std::size_t count = take({text.get(), size}, PretokenStarts{bits.data()}, begins[first],
                                     stop, std::span(ends.get(), room), chars.get());
      ASSERT_EQ(Numbers(ends.get(), ends.get() + count), expected) << round;
      ASSERT_EQ(Numbers(chars.get(), chars.get() + count), expected_chars) << round;
      ASSERT_EQ(ends[room], 77U);
      ASSERT_EQ(chars[room], 77U);
    }
  }
  EXPECT_GT(seen, 30000U);
}

}  // namespace
}  // namespace corpusmill
