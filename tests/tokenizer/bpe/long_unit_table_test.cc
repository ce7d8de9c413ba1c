#include "tokenizer/bpe/long_unit_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>

namespace corpusmill {
namespace {

std::vector<TokenId> ids_of(const LongUnitTable& table, std::string_view unit, bool part) {
  const std::span<const TokenId> ids = table.find(unit, part, LongUnitTable::hash_of(unit));
  return {ids.begin(), ids.end()};
}

// Units of every length, alike in all but the flag or the last byte, as long as there is room.
TEST(LongUnitTableTest, RemembersWhatAMapDoes) {
  std::mt19937 random(1);
  LongUnitTable table;
  std::map<std::pair<std::string, bool>, std::vector<TokenId>> expected;
  for (int i = 0; i < 20000; ++i) {
    std::string unit(1 + random() % LongUnitTable::kBytesMax, 'a');
    unit.back() = static_cast<char>('a' + random() % 20);
    const bool part = random() % 2 == 0;
    std::vector<TokenId>& ids = expected[{unit, part}];
    ASSERT_EQ(ids_of(table, unit, part), ids);
    if (!ids.empty()) continue;
    for (auto count = 1 + random() % 9; count > 0; --count)
      ids.push_back(static_cast<TokenId>(random()));
    table.insert(unit, part, LongUnitTable::hash_of(unit), ids);
  }
  for (const auto& [key, ids] : expected) ASSERT_EQ(ids_of(table, key.first, key.second), ids);
  table.clear();
  for (const auto& [key, ids] : expected) ASSERT_TRUE(ids_of(table, key.first, key.second).empty());
}

// It forgets when it is full, by number or by size, and never tells anything else.
TEST(LongUnitTableTest, ForgetsWhenItIsFull) {
  for (const std::size_t size : {16U, 250U}) {
    LongUnitTable table;
    std::size_t known = 0;
    const auto unit_of = [&](TokenId number) {
      std::string unit = std::to_string(number);
      return unit + std::string(size - unit.size(), 'x');
    };
    constexpr TokenId kUnits = 70'000;
    for (TokenId number = 0; number < kUnits; ++number) {
      table.insert(unit_of(number), false, LongUnitTable::hash_of(unit_of(number)), {&number, 1});
      ASSERT_EQ(ids_of(table, unit_of(number), false), std::vector<TokenId>{number});
    }
    for (TokenId number = 0; number < kUnits; ++number) {
      const std::vector<TokenId> ids = ids_of(table, unit_of(number), false);
      known += ids.size();
      ASSERT_TRUE(ids.empty() || ids == std::vector<TokenId>{number});
    }
    EXPECT_LT(known, kUnits / 2);
  }
}

}  // namespace
}  // namespace corpusmill
