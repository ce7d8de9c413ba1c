#include "tokenizer/bpe/unit_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>

namespace corpusmill {
namespace {

using Ids = std::vector<TokenId>;

// Ids that tell most units from each other: one for each `step` bytes, and the flag.
struct Spell {
  std::size_t step;
  id_words::Layout layout;

  void operator()(std::string_view unit, bool part, Ids& ids) const {
    for (std::size_t i = 0; i < unit.size(); i += step) {
      TokenId id = part ? 7 : 3;
      for (const char c : unit.substr(i, step)) id = (id * 257 + static_cast<std::uint8_t>(c));
      ids.push_back(id % id_words::nobody(layout));
    }
  }
  bool takes(std::string_view unit) const { return unit.size() <= ShortRow::kSymbolsMax; }
  void start(std::string_view unit, bool part, ShortRow& row) const {
    Ids ids;
    (*this)(unit, part, ids);
    std::copy(ids.begin(), ids.end(), row.symbols);
    row.count = static_cast<std::uint32_t>(ids.size());
  }
  void merge_rows(std::span<ShortRow>) const {}
};

std::string random_unit(std::mt19937& random) {
  static const std::string kSome[] = {"a",    "é",    "世", "世界",
                                      "\xFF", "ab世", "😀",  "sixteen or more of"};
  if (random() % 20 != 0) return kSome[random() % std::size(kSome)];
  std::string unit(1 + random() % (random() % 5 == 0 ? 300 : 20), 'x');
  for (char& c : unit) c = static_cast<char>('a' + random() % 3);
  return unit;
}

// The code point of a unit that is one character, as the cuts tell it.
std::uint32_t char_of(const std::string& unit) {
  if (unit == "a") return 'a';
  if (unit == "é") return 0xE9;
  if (unit == "世") return 0x4E16;
  return unit == "😀" ? 0x1F600 : ~std::uint32_t{0};
}

// With every way to make keys that this processor has.
class UnitWordsTest : public ::testing::TestWithParam<unit_keys::Functions> {};

INSTANTIATE_TEST_SUITE_P(All, UnitWordsTest, ::testing::ValuesIn(unit_keys::functions()));

// Some units one behind the other. The text lies in memory of just its size.
struct Some {
  std::unique_ptr<char[]> text;
  std::size_t size = 0;
  std::vector<std::uint32_t> ends, chars;

  Some(std::mt19937& random, bool parts, const Spell& spell, Ids& expected) {
    std::string joined;
    for (std::size_t count = random() % (UnitWords::kUnitsMax + 1); count > 0; --count) {
      const std::string unit = random_unit(random);
      const bool part = parts && random() % 2 == 0;
      joined += unit;
      ends.push_back(static_cast<std::uint32_t>(joined.size()) | (part ? UnitCache::kPart : 0));
      chars.push_back(parts && !part ? ~std::uint32_t{0} : char_of(unit));
      spell(unit, part, expected);
    }
    chars.reserve(chars.size() + CharWords::kStep);
    size = joined.size();
    text = std::make_unique<char[]>(size);
    std::copy(joined.begin(), joined.end(), text.get());
  }

  void look_up(UnitWords& words, bool parts, const Spell& spell) const {
    const std::string_view view(text.get(), size);
    const std::span<const std::uint32_t> known(chars.data(), ends.size());
    if (parts) {
      words.look_up<true>(view, 0, ends, known, spell);
    } else {
      words.look_up<false>(view, 0, ends, known, spell);
    }
  }
};

void check_units(const unit_keys::Functions& functions, const Spell& spell, bool parts) {
  std::mt19937 random(1);
  UnitCache cache(functions);
  cache.use_for(1);
  UnitWords words(cache);
  for (int round = 0; round < 200; ++round) {
    words.clear(spell.layout);
    Ids ids = {11}, expected = {11};
    std::vector<Some> texts;
    for (std::size_t count = 1 + random() % 3; count > 0; --count) {
      texts.emplace_back(random, parts, spell, expected);
      texts.back().look_up(words, parts, spell);
    }
    words.finish(spell);
    const std::size_t middle = random() % (words.size() + 1);
    ids.resize(1 + words.ids_max(words.size()));
    TokenId* const end = words.spell(middle, words.size(), words.spell(0, middle, ids.data() + 1));
    ids.resize(static_cast<std::size_t>(end - ids.data()));
    ASSERT_EQ(ids, expected);
  }
}

// Units seen first, again, together and later, of few ids and of many, with and without flags: each
// has its own ids, in its place.
TEST_P(UnitWordsTest, UnitsBecomeTheirOwnIds) {
  for (const auto layout : {id_words::Layout::kThreeIds, id_words::Layout::kFourIds}) {
    for (const std::size_t step : {1U, 2U, 3U, 300U}) {
      for (const bool parts : {false, true}) check_units(GetParam(), {step, layout}, parts);
    }
  }
}

TEST_P(UnitWordsTest, AnotherOwnerFindsNothing) {
  UnitCache cache(GetParam());
  UnitWords words(cache);
  const std::uint32_t ends[] = {3, 4};
  const std::uint32_t chars[UnitWords::kUnitsMax] = {0x4E16, 'a'};
  for (const std::size_t step : {1U, 2U}) {
    const Spell spell{step, step == 1 ? id_words::Layout::kThreeIds : id_words::Layout::kFourIds};
    cache.use_for(step);
    Ids ids, expected;
    words.clear(spell.layout);
    words.look_up<false>("世a", 0, ends, std::span(chars).first(2), spell);
    words.finish(spell);
    ids.resize(words.ids_max(2));
    ids.resize(static_cast<std::size_t>(words.spell(0, 2, ids.data()) - ids.data()));
    spell("世", false, expected);
    spell("a", false, expected);
    EXPECT_EQ(ids, expected);
  }
}

}  // namespace
}  // namespace corpusmill
