#include "tokenizer/text/unicode_class.h"

#include <algorithm>
#include <array>

#include "tokenizer/text/put_utf8.h"
#include "tokenizer/text/unicode_category.h"

namespace corpusmill {
namespace {

struct Range {
  std::uint32_t first, last;
};

// Alphabetic symbols (circled and squared letters) and the joiners, all of them \w.
constexpr Range kWordSymbols[] = {
    {0x200C, 0x200D}, {0x24B6, 0x24E9}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}};
constexpr Range kSpaces[] = {{0x9, 0xD},       {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},
                             {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
                             {0x205F, 0x205F}, {0x3000, 0x3000}};
// Rust's standard library is a Unicode version ahead of its regular expressions.
constexpr Range kNewNumeric[] = {{0x11DE0, 0x11DE9}, {0x16FF4, 0x16FF6}};

std::uint16_t classes_of_category(UnicodeCategory category) {
  const CategorySet bit = category_bit(category);
  const auto in = [&](std::string_view name) { return (bit & category_set(name)) != 0; };
  unsigned classes = 0;
  if (in("L")) classes |= kLetter | kWord;
  if (in("N")) classes |= kNumber | kNumeric;
  if (in("M")) classes |= kCombining | kWord;
  if (in("Nd") || in("Nl") || in("Pc")) classes |= kWord;
  if (in("Lu") || in("Lt")) classes |= kUpper;
  if (in("Ll")) classes |= kLower;
  if (in("P")) classes |= kPunctuation;
  if (in("S")) classes |= kSymbol;
  return static_cast<std::uint16_t>(classes);
}

template <std::size_t count>
void add_classes(const Range (&ranges)[count], unsigned classes, std::uint16_t* table) {
  for (const Range& range : ranges) {
    for (std::uint32_t c = range.first; c <= range.last; ++c) {
      table[c] = static_cast<std::uint16_t>(table[c] | classes);
    }
  }
}

// Starts as zeros that the system supplies when touched: most code points have no class.
std::uint16_t table_storage[kCodePoints + 1];

const std::uint16_t* make_table() {
  std::array<std::uint16_t, kUnicodeCategories> classes{};
  for (std::size_t i = 0; i < classes.size(); ++i) {
    classes[i] = classes_of_category(static_cast<UnicodeCategory>(i));
  }
  UnicodeCategoryRuns runs;
  for (UnicodeCategoryRuns::Run run{}; runs.next(run);) {
    const std::uint16_t of_run = classes[static_cast<std::size_t>(run.category)];
    if (of_run != 0) std::fill(table_storage + run.first, table_storage + run.last + 1, of_run);
  }
  add_classes(kWordSymbols, kWord, table_storage);
  add_classes(kSpaces, kSpace, table_storage);
  add_classes(kNewNumeric, kNumeric, table_storage);
  return table_storage;
}

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

}  // namespace

const std::uint16_t* char_class_table() {
  static const std::uint16_t* const table = make_table();
  return table;
}

DecodedChar decode_utf8(std::string_view text, std::size_t at) {
  constexpr DecodedChar kBad{0xFFFD, 1};
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i]));
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xC2 || !is_continuation(text, at + 1)) return kBad;
  if (lead < 0xE0) return {(lead & 0x1FU) << 6 | (byte(1) & 0x3FU), 2};
  if (!is_continuation(text, at + 2)) return kBad;
  if (lead < 0xF0) {
    const std::uint32_t c = (lead & 0xFU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    return c < 0x800 || (c >= 0xD800 && c < 0xE000) ? kBad : DecodedChar{c, 3};
  }
  if (lead > 0xF4 || !is_continuation(text, at + 3)) return kBad;
  const std::uint32_t c =
      (lead & 0x7U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 | (byte(3) & 0x3FU);
  return c < 0x10000 || c >= kCodePoints ? kBad : DecodedChar{c, 4};
}

DecodedChar decode_utf8_before(std::string_view text, std::size_t end) {
  for (std::size_t bytes = 1; bytes <= 4 && bytes <= end; ++bytes) {
    if (is_continuation(text, end - bytes)) continue;
    const DecodedChar decoded = decode_utf8(text, end - bytes);
    if (decoded.bytes == bytes) return decoded;
    break;
  }
  return {0xFFFD, 1};
}

void append_utf8(std::uint32_t code_point, std::string& out) {
  char bytes[4];
  out.append(bytes, put_utf8(code_point, bytes));
}

}  // namespace corpusmill
