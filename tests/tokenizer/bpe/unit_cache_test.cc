#include "tokenizer/bpe/unit_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

namespace corpusmill {
namespace {

using Ids = std::vector<TokenId>;

// Ids that tell every unit from every other: one for each `step` bytes, and the flag.
struct Spell {
  std::size_t* merges;
  std::size_t step;

  void operator()(std::string_view unit, bool part, Ids& ids) const {
    ++*merges;
    for (std::size_t i = 0; i < unit.size(); i += step) {
      TokenId id = part ? 7 : 3;
      for (std::size_t j = i; j < std::min(i + step, unit.size()); ++j) {
        id = id * 257 + static_cast<std::uint8_t>(unit[j]);
      }
      ids.push_back(id);
    }
  }
};

// Encodes the units through `cache` and compares with what each is by itself. The text lies in
// memory of just its size, so that a read beyond its end is found. Returns how many were merged.
std::size_t expect_encoded(UnitCache& cache, const std::vector<std::string>& units, bool parts,
                           std::size_t step) {
  std::string joined;
  std::vector<std::uint32_t> ends;
  std::size_t merges = 0, expected_merges = 0;
  Ids expected = {11}, ids = {11};
  for (std::size_t i = 0; i < units.size(); ++i) {
    const bool part = parts && i % 2 == 0;
    joined += units[i];
    ends.push_back(static_cast<std::uint32_t>(joined.size()) | (part ? UnitCache::kPart : 0));
    Spell{&expected_merges, step}(units[i], part, expected);
  }
  const auto text = std::make_unique<char[]>(joined.size());
  std::copy(joined.begin(), joined.end(), text.get());
  if (parts) {
    cache.encode<true>({text.get(), joined.size()}, 0, ends, ids, Spell{&merges, step});
  } else {
    cache.encode({text.get(), joined.size()}, 0, ends, ids, Spell{&merges, step});
  }
  EXPECT_EQ(ids, expected);
  return merges;
}

std::string random_unit(std::mt19937& random, std::size_t size) {
  std::string unit(size, '\0');
  for (char& c : unit) c = static_cast<char>(random() % 3 == 0 ? 0 : random());
  return unit;
}

// With every way to make keys that this processor has.
class UnitCacheTest : public ::testing::TestWithParam<unit_keys::Functions> {};

INSTANTIATE_TEST_SUITE_P(All, UnitCacheTest, ::testing::ValuesIn(unit_keys::functions()));

TEST_P(UnitCacheTest, RemembersUnitsOfEveryLength) {
  std::mt19937 random(1);
  for (const std::size_t step : {1U, 2U, 3U, 4U, 300U}) {
    UnitCache cache(GetParam());
    cache.use_for(1);
    for (std::size_t size = 1; size < 300; size += size < 20 ? 1 : 17) {
      std::vector<std::string> units(5);
      for (std::string& unit : units) unit = random_unit(random, size);
      for (const bool parts : {false, true}) {
        expect_encoded(cache, units, parts, step);
        const std::size_t merges = expect_encoded(cache, units, parts, step);
        EXPECT_EQ(merges, size <= UnitCache::kLongBytesMax ? 0 : units.size()) << size;
      }
    }
  }
}

// Zero bytes and lengths: "a", "a\0", "a\0\0" are three units.
TEST_P(UnitCacheTest, ZeroBytesCount) {
  UnitCache cache(GetParam());
  cache.use_for(1);
  std::vector<std::string> units;
  for (std::size_t size = 1; size < 40; ++size) {
    units.emplace_back(size, '\0');
    units.push_back("a" + std::string(size, '\0'));
  }
  EXPECT_EQ(expect_encoded(cache, units, false, 2), units.size());
  EXPECT_EQ(expect_encoded(cache, units, false, 2), 0U);
}

TEST_P(UnitCacheTest, AnotherOwnerFindsNothing) {
  UnitCache cache(GetParam());
  cache.use_for(1);
  const std::vector<std::string> units = {"one", "a unit of more than fifteen bytes"};
  expect_encoded(cache, units, false, 2);
  cache.use_for(2);
  EXPECT_EQ(expect_encoded(cache, units, false, 3), 2U);
  cache.use_for(2);
  EXPECT_EQ(expect_encoded(cache, units, false, 3), 0U);
}

// Many more units than there is room for, of few ids, of many, long ones: always right, and what
// comes often is still remembered.
TEST_P(UnitCacheTest, StaysRightWhenItIsFull) {
  std::mt19937 random(2);
  for (const std::size_t size : {8U, 15U, 24U}) {
    UnitCache cache(GetParam());
    cache.use_for(1);
    std::vector<std::string> often(50);
    for (std::string& unit : often) unit = random_unit(random, size);
    std::size_t forgotten = 0;
    for (int round = 0; round < 120; ++round) {
      std::vector<std::string> units(size == 8 ? 8000 : 2000);
      for (std::string& unit : units) unit = random_unit(random, size);
      expect_encoded(cache, units, round % 2 == 0, size == 8 ? 4 : 1);
      expect_encoded(cache, units, round % 2 == 0, size == 8 ? 4 : 1);
      forgotten += expect_encoded(cache, often, false, size == 8 ? 4 : 1);
    }
    EXPECT_LT(forgotten, 120 * often.size() / 4);
  }
}

TEST_P(UnitCacheTest, AWindowMayBeginAnywhere) {
  UnitCache cache(GetParam());
  cache.use_for(1);
  std::size_t merges = 0;
  Ids ids;
  const std::uint32_t ends[] = {5, 6};
  cache.encode("abcdef", 3, ends, ids, Spell{&merges, 4});
  Ids expected;
  Spell{&merges, 4}("de", false, expected);
  Spell{&merges, 4}("f", false, expected);
  EXPECT_EQ(ids, expected);
}

// Spell that leaves short units to be asked for together.
struct SpellRows : Spell {
  bool takes(std::string_view unit) const { return unit.size() <= ShortRow::kSymbolsMax; }
  void start(std::string_view unit, bool part, ShortRow& row) const {
    Ids ids;
    (*this)(unit, part, ids);
    std::copy(ids.begin(), ids.end(), row.symbols);
    row.count = static_cast<std::uint32_t>(ids.size());
  }
  void merge_rows(std::span<ShortRow>) const {}
};

// Seven ids of 16 bits have room in an entry, not one of more.
TEST_P(UnitCacheTest, IdsOfEverySizeAreRemembered) {
  for (const TokenId large : {0U, 0xFFFFU, 0x10000U, ~0U}) {
    UnitCache cache(GetParam());
    cache.use_for(1);
    for (std::size_t count = 1; count < 20; ++count) {
      for (std::size_t at = 0; at < count; ++at) {
        Ids expected(count, 1000), ids;
        expected[at] = large;
        const std::string unit = std::to_string(count) + ' ' + std::to_string(at);
        const auto end = static_cast<std::uint32_t>(unit.size());
        const auto merge = [&](std::string_view, bool, Ids& out) {
          out.insert(out.end(), expected.begin(), expected.end());
        };
        cache.encode(unit, 0, {&end, 1}, ids, merge);
        EXPECT_EQ(ids, expected);
        ids.clear();
        cache.encode(unit, 0, {&end, 1}, ids,
                     [](std::string_view, bool, Ids&) { ADD_FAILURE() << "forgotten"; });
        EXPECT_EQ(ids, expected);
      }
    }
  }
}

// Units that come for the first time, again before they are known, and again later: their ids stand
// where they belong, and marks where they did.
TEST_P(UnitCacheTest, UnitsAskedForTogetherAreInTheirPlaces) {
  std::mt19937 random(4);
  for (const std::size_t step : {1U, 3U}) {
    UnitCache cache(GetParam());
    cache.use_for(1);
    for (int round = 0; round < 200; ++round) {
      std::string text;
      std::vector<std::uint32_t> ends;
      std::size_t merges = 0;
      Ids expected = {11}, ids = {11};
      std::vector<std::size_t> units_marked, expected_marks;
      for (auto units = random() % 400; units > 0; --units) {
        while (random() % 20 == 0) {
          units_marked.push_back(ends.size());
          expected_marks.push_back(expected.size());
        }
        const bool part = random() % 2 == 0;
        const std::string unit = random_unit(random, 1 + random() % (random() % 9 == 0 ? 40 : 2));
        text += unit;
        ends.push_back(static_cast<std::uint32_t>(text.size()) | (part ? UnitCache::kPart : 0));
        Spell{&merges, step}(unit, part, expected);
      }
      const SpellRows spell{{&merges, step}};
      cache.use_for(1);  // forgets marks
      const auto encode = [&](std::size_t first, std::size_t last) {
        const std::uint32_t begin = first == 0 ? 0 : ends[first - 1] & ~UnitCache::kPart;
        const auto units = std::span<const std::uint32_t>(ends).subspan(first, last - first);
        cache.encode<true>(text, begin, units, ids, spell);
      };
      std::size_t done = 0;
      for (const std::size_t marked : units_marked) {
        encode(done, marked);
        cache.mark(ids);
        done = marked;
      }
      encode(done, ends.size());
      text.assign(text.size(), '?');  // no longer needed
      cache.finish(ids, spell);
      ASSERT_TRUE(std::ranges::equal(cache.marks(), expected_marks));
      ASSERT_EQ(ids, expected);
    }
  }
}

// Keys that differ in one bit alone get other lines, as good as always.
TEST_P(UnitCacheTest, EveryBitOfAKeyCounts) {
  std::mt19937_64 random(3);
  const unit_keys::Functions& functions = GetParam();
  for (int bit = 0; bit < 128; ++bit) {
    int alike = 0;
    for (int i = 0; i < 200; ++i) {
      const UnitKey key{random(), random()};
      UnitKey other = key;
      (bit < 64 ? other.low : other.high) ^= std::uint64_t{1} << bit % 64;
      // The bits that choose a line of a large table.
      alike += ((functions.hash(key) ^ functions.hash(other)) >> 6 & 0x3FF) == 0 ? 1 : 0;
    }
    EXPECT_LT(alike, 20) << bit;
  }
}

}  // namespace
}  // namespace corpusmill
