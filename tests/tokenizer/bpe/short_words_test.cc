#include "tokenizer/bpe/short_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace corpusmill {
namespace {

using Numbers = std::vector<std::uint32_t>;

// Units one behind the other; their text lies in memory of just its size.
struct Text {
  std::vector<std::pair<std::string, bool>> units;
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;
  std::uint32_t begin = 0;
  Numbers ends;

  void add(const std::string& unit, bool part) { units.emplace_back(unit, part); }
  // The first unit begins behind `before` other bytes.
  ShortWords::Units lay_out(std::size_t before) {
    std::string joined(before, 'x');
    begin = static_cast<std::uint32_t>(before);
    ends.clear();
    for (const auto& [unit, part] : units) {
      joined += unit;
      ends.push_back(static_cast<std::uint32_t>(joined.size()) | (part ? ShortWords::kPart : 0));
    }
    size = joined.size();
    bytes = std::make_unique<char[]>(size);
    std::copy(joined.begin(), joined.end(), bytes.get());
    return {{bytes.get(), size}, begin, ends.data()};
  }
};

TEST(ShortWordsTest, KnowsUnitsOfFewBytesByThemAndTheirFlag) {
  ShortWords table;
  table.learn("a", false, 5);
  table.learn("a", true, 6);
  table.learn("world 8", false, 7);
  table.learn("world 89", false, 8);
  Text text;
  for (const char* const unit : {"a", "world 8", "world 89", "b"}) text.add(unit, false);
  text.add("a", true);
  text.add("and so on", false);
  const ShortWords::Units units = text.lay_out(3);
  Numbers numbers = {0, 1, 2, 3, 4, 5, 0, 0};
  std::uint64_t words[6] = {};
  ASSERT_EQ(table.look_up(units, std::span(numbers).first(6), words), 3U);
  EXPECT_EQ(std::vector<std::uint64_t>(words, words + 6),
            (std::vector<std::uint64_t>{5, 7, 0, 0, 6, 0}));
  EXPECT_EQ(Numbers(numbers.begin(), numbers.begin() + 3), (Numbers{2, 3, 5}));
  table.clear();
  numbers = {0, 1, 2, 3, 4, 5, 0, 0};
  EXPECT_EQ(table.look_up(units, std::span(numbers).first(6), words), 6U);
}

TEST(ShortWordsTest, AUnitIsNotAnotherWithZerosBehindIt) {
  ShortWords table;
  table.learn("a", false, 5);
  Text text;
  text.add(std::string("a\0", 2), false);
  text.add("and so on", false);
  const ShortWords::Units units = text.lay_out(0);
  Numbers numbers(8);
  std::uint64_t words[2] = {};
  EXPECT_EQ(table.look_up(units, std::span(numbers).first(1), words), 1U);
}

// What was learned is found or forgotten, never mistaken; it is not forgotten at once, unless so
// near the end of the text that eight bytes cannot be read.
TEST(ShortWordsTest, EveryWayOfThisProcessorFindsWhatWasLearned) {
  std::mt19937 random(1);
  const auto any_unit = [&] {
    std::string unit(1 + random() % 9, 'a');
    for (char& c : unit) c = static_cast<char>("ab\xE4\x00\xFF"[random() % 5]);
    return unit;
  };
  for (const ShortWords::LookUp look_up : ShortWords::look_ups()) {
    std::size_t found = 0;
    for (int round = 0; round < 300; ++round) {
      ShortWords table;
      std::map<std::pair<std::string, bool>, std::uint64_t> learned;
      Text text;
      for (std::size_t count = 1 + random() % 200; count > 0; --count) {
        const std::pair<std::string, bool> unit{any_unit(), random() % 2 == 0};
        text.units.push_back(unit);
        if (random() % 3 == 0) table.learn(unit.first, unit.second, learned[unit] = random() + 1U);
      }
      const ShortWords::Units units = text.lay_out(random() % 5);
      Numbers asked;
      for (std::uint32_t i = 0; i < text.units.size(); ++i) {
        if (random() % 4 != 0) asked.push_back(i);
      }
      Numbers numbers = asked;
      numbers.resize((asked.size() + ShortWords::kStep - 1) / ShortWords::kStep *
                     ShortWords::kStep);
      std::vector<std::uint64_t> words(text.units.size());
      numbers.resize(
          table.look_up_by(look_up, units, std::span(numbers).first(asked.size()), words.data()));
      Numbers expected;
      for (const std::uint32_t number : asked) {
        const auto known = learned.find(text.units[number]);
        if (words[number] == 0) {
          expected.push_back(number);
          continue;
        }
        ++found;
        ASSERT_NE(known, learned.end());
        ASSERT_LE(known->first.first.size(), ShortWords::kBytesMax);
        ASSERT_EQ(words[number], known->second);
      }
      ASSERT_EQ(numbers, expected);
    }
    EXPECT_GT(found, 5000U);
  }
}

}  // namespace
}  // namespace corpusmill
