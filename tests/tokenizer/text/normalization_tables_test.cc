#include "tokenizer/text/normalization_tables.h"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <vector>

#include "tokenizer/text/normalization_ranges.h"

namespace corpusmill {
namespace {

using Tables = NormalizationTables;
using Chars = std::vector<utf8proc_int32_t>;

constexpr std::uint32_t kScanned = 0x30000;

bool is_new(std::uint32_t code_point) {
  for (const CodePointRange& range : since_unicode_10()) {
    if (code_point >= range.first && code_point <= range.last) return true;
  }
  return false;
}

utf8proc_option_t options(bool compatible) {
  const unsigned mapping = compatible ? UTF8PROC_COMPAT : 0;
  return static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | mapping);
}

Chars composed(Chars chars) {
  chars.resize(static_cast<std::size_t>(utf8proc_normalize_utf32(
      chars.data(), static_cast<utf8proc_ssize_t>(chars.size()), options(false))));
  return chars;
}

Chars decomposed(std::uint32_t code_point, bool compatible) {
  Chars parts(32);
  int boundary = 0;
  parts.resize(static_cast<std::size_t>(
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code_point), parts.data(), 32,
                              options(compatible), &boundary)));
  return parts;
}

TEST(NormalizationTablesTest, KnowOfEveryCharacterWhatTheLibraryDoes) {
  for (const bool compatible : {false, true}) {
    const Tables& tables = Tables::get(compatible);
    std::vector<Tables::ClassedChar> parts;
    for (std::uint32_t c = 0; c < kScanned; ++c) {
      const Tables::Traits traits = tables.traits(c);
      if (is_new(c)) {
        EXPECT_EQ(traits, 0U) << c;
        continue;
      }
      parts.clear();
      tables.append_parts(c, traits, parts);
      const Chars expected = decomposed(c, compatible);
      ASSERT_EQ(parts.size(), expected.size()) << c;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        EXPECT_EQ(parts[i] & Tables::kCodePoint, static_cast<std::uint32_t>(expected[i])) << c;
        EXPECT_EQ(parts[i] >> Tables::kClassShift == 0,
                  utf8proc_get_property(expected[i])->combining_class == 0);
      }
      const Chars alone = composed(expected);
      EXPECT_EQ((traits & Tables::kChanges) != 0, alone != Chars{static_cast<utf8proc_int32_t>(c)})
          << c;
    }
    for (std::uint32_t c = kScanned; c < 0x110000; ++c) EXPECT_EQ(tables.traits(c), 0U) << c;
  }
}

TEST(NormalizationTablesTest, NumberClassesInTheirOrder) {
  std::vector<int> class_of_number(Tables::kClassesMax, -1);
  for (std::uint32_t c = 0; c < kScanned; ++c) {
    if (is_new(c)) continue;
    const Tables::Traits number = Tables::get(false).traits(c) & Tables::kClass;
    const int combining_class =
        utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->combining_class;
    ASSERT_LT(number, Tables::kClassesMax);
    if (class_of_number[number] < 0) class_of_number[number] = combining_class;
    EXPECT_EQ(class_of_number[number], combining_class) << c;
  }
  while (class_of_number.back() < 0) class_of_number.pop_back();
  EXPECT_EQ(class_of_number.size(), 55U);
  for (std::size_t i = 1; i < class_of_number.size(); ++i) {
    EXPECT_LT(class_of_number[i - 1], class_of_number[i]);
  }
}

TEST(NormalizationTablesTest, ComposeThePairsThatTheLibraryComposes) {
  const Tables& tables = Tables::get(false);
  std::vector<std::uint32_t> firsts, seconds;
  for (std::uint32_t c = 1; c < kScanned; ++c) {
    const utf8proc_property_t& property = *utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
    const bool is_hangul = (c >= 0x1100 && c < 0x1200) || (c >= 0xAC00 && c < 0xAC40);
    const bool is_second = property.comb_index != UINT16_MAX && property.comb_index >= 0x8000;
    if (property.comb_index < 0x8000 || is_hangul || c % 1000 == 0) firsts.push_back(c);
    if (is_second || is_hangul || c % 1000 == 0) seconds.push_back(c);
  }
  std::size_t pairs = 0;
  for (const std::uint32_t first : firsts) {
    for (const std::uint32_t second : seconds) {
      const Chars both =
          composed({static_cast<utf8proc_int32_t>(first), static_cast<utf8proc_int32_t>(second)});
      // utf8proc takes U+11A7, before the first consonant that may end a syllable, for none at all.
      const bool joins = both.size() == 1 && second != 0x11A7 && !is_new(first) && !is_new(second);
      EXPECT_EQ(tables.composed(first, second), joins ? static_cast<std::uint32_t>(both[0]) : 0U)
          << first << ' ' << second;
      EXPECT_TRUE(!joins || (tables.traits(second) & Tables::kJoins) != 0) << second;
      pairs += joins ? 1 : 0;
    }
  }
  EXPECT_GT(pairs, 900U);
}

}  // namespace
}  // namespace corpusmill
