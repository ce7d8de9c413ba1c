#include "tokenizer/unicode_class.h"

#include <utf8proc.h>

#include <vector>

namespace corpusmill {
namespace {

constexpr std::uint32_t kCodePoints = 0x110000;

struct Range {
  std::uint32_t first, last;
};

// What Unicode 16.0 has and utf8proc's 15.0 lacks.
constexpr Range kNewLetters[] = {
    {0x1C89, 0x1C8A},   {0xA7CB, 0xA7CD},   {0xA7DA, 0xA7DC},   {0x105C0, 0x105F3},
    {0x10D4A, 0x10D65}, {0x10D6F, 0x10D85}, {0x10EC2, 0x10EC4}, {0x11380, 0x11389},
    {0x1138B, 0x1138B}, {0x1138E, 0x1138E}, {0x11390, 0x113B5}, {0x113B7, 0x113B7},
    {0x113D1, 0x113D1}, {0x113D3, 0x113D3}, {0x11BC0, 0x11BE0}, {0x13460, 0x143FA},
    {0x16100, 0x1611D}, {0x16D40, 0x16D6C}, {0x18CFF, 0x18CFF}, {0x1E5D0, 0x1E5ED},
    {0x1E5F0, 0x1E5F0}, {0x2EBF0, 0x2EE5D}};
constexpr Range kNewDigits[] = {{0x10D40, 0x10D49}, {0x116D0, 0x116E3}, {0x11BF0, 0x11BF9},
                                {0x16130, 0x16139}, {0x16D70, 0x16D79}, {0x1CCF0, 0x1CCF9},
                                {0x1E5F1, 0x1E5FA}};
constexpr Range kNewMarks[] = {{0x897, 0x897},     {0x10D69, 0x10D6D}, {0x10EFC, 0x10EFC},
                               {0x113B8, 0x113C0}, {0x113C2, 0x113C2}, {0x113C5, 0x113C5},
                               {0x113C7, 0x113CA}, {0x113CC, 0x113D0}, {0x113D2, 0x113D2},
                               {0x113E1, 0x113E2}, {0x11F5A, 0x11F5A}, {0x1611E, 0x1612F},
                               {0x1E5EE, 0x1E5EF}};
// Alphabetic symbols (circled and squared letters) and the joiners, all of them \w.
constexpr Range kWordSymbols[] = {
    {0x200C, 0x200D}, {0x24B6, 0x24E9}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}};
constexpr Range kSpaces[] = {{0x9, 0xD},       {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},
                             {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
                             {0x205F, 0x205F}, {0x3000, 0x3000}};
// Rust's standard library is a Unicode version ahead of its regular expressions.
constexpr Range kNewNumeric[] = {{0x11DE0, 0x11DE9}, {0x16FF4, 0x16FF6}};

std::uint8_t classes_of_category(utf8proc_category_t category) {
  switch (category) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return kLetter | kWord;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
      return kNumber | kNumeric | kWord;
    case UTF8PROC_CATEGORY_NO:
      return kNumber | kNumeric;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_PC:
      return kWord;
    default:
      return 0;
  }
}

template <std::size_t count>
void add_classes(const Range (&ranges)[count], std::uint8_t classes,
                 std::vector<std::uint8_t>& table) {
  for (const Range& range : ranges) {
    for (std::uint32_t c = range.first; c <= range.last; ++c) table[c] |= classes;
  }
}

std::vector<std::uint8_t> make_table() {
  std::vector<std::uint8_t> table(kCodePoints, 0);
  for (std::uint32_t c = 0; c < kCodePoints; ++c) {
    table[c] = classes_of_category(utf8proc_category(static_cast<utf8proc_int32_t>(c)));
  }
  add_classes(kNewLetters, kLetter | kWord, table);
  add_classes(kNewDigits, kNumber | kNumeric | kWord, table);
  add_classes(kNewMarks, kWord, table);
  add_classes(kWordSymbols, kWord, table);
  add_classes(kSpaces, kSpace, table);
  add_classes(kNewNumeric, kNumeric, table);
  return table;
}

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

}  // namespace

const std::uint8_t* char_class_table() {
  static const std::vector<std::uint8_t> table = make_table();
  return table.data();
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
  utf8proc_uint8_t bytes[4];
  const auto count = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

}  // namespace corpusmill
