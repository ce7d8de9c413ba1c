#include "prep/text/script_class.h"

#include <algorithm>
#include <iterator>

#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

struct Range {
  char32_t first, last;
  ScriptClass script;
};

using enum ScriptClass;

// Beyond ASCII, in rising order; what lies between two ranges is kOther.
constexpr Range kRanges[] = {
    {0x0085, 0x0085, kSpace},       {0x00A0, 0x00A0, kSpace},       {0x00A1, 0x00A9, kPunctuation},
    {0x00AA, 0x00AA, kLatin},       {0x00AB, 0x00B4, kPunctuation}, {0x00B6, 0x00B9, kPunctuation},
    {0x00BA, 0x00BA, kLatin},       {0x00BB, 0x00BF, kPunctuation}, {0x00C0, 0x00D6, kLatin},
    {0x00D7, 0x00D7, kPunctuation}, {0x00D8, 0x00F6, kLatin},       {0x00F7, 0x00F7, kPunctuation},
    {0x00F8, 0x02B8, kLatin},       {0x0660, 0x0669, kDigit},       {0x06F0, 0x06F9, kDigit},
    {0x0966, 0x096F, kDigit},       {0x09E6, 0x09EF, kDigit},       {0x0E01, 0x0E3A, kThai},
    {0x0E3F, 0x0E3F, kPunctuation}, {0x0E40, 0x0E4E, kThai},        {0x0E4F, 0x0E4F, kPunctuation},
    {0x0E50, 0x0E59, kDigit},       {0x0E5A, 0x0E5B, kPunctuation}, {0x1100, 0x11FF, kHangul},
    {0x1680, 0x1680, kSpace},       {0x1D00, 0x1D25, kLatin},       {0x1D2C, 0x1D5C, kLatin},
    {0x1E00, 0x1EFF, kLatin},       {0x2000, 0x200A, kSpace},       {0x2010, 0x2027, kPunctuation},
    {0x2028, 0x2029, kSpace},       {0x202F, 0x202F, kSpace},       {0x2030, 0x205E, kPunctuation},
    {0x205F, 0x205F, kSpace},       {0x207A, 0x207E, kPunctuation}, {0x20A0, 0x20C0, kPunctuation},
    {0x2190, 0x23FF, kPunctuation}, {0x2500, 0x25FF, kPunctuation}, {0x27C0, 0x27EF, kPunctuation},
    {0x2900, 0x2BFF, kPunctuation}, {0x2C60, 0x2C7F, kLatin},       {0x2E00, 0x2E5D, kPunctuation},
    {0x2E80, 0x2FD5, kHan},         {0x3000, 0x3000, kSpace},       {0x3001, 0x3004, kPunctuation},
    {0x3005, 0x3005, kHan},         {0x3006, 0x3006, kPunctuation}, {0x3007, 0x3007, kHan},
    {0x3008, 0x3020, kPunctuation}, {0x3021, 0x3029, kHan},         {0x3030, 0x3030, kPunctuation},
    {0x3031, 0x3035, kKana},        {0x3038, 0x303B, kHan},         {0x303D, 0x303D, kPunctuation},
    {0x3041, 0x3096, kKana},        {0x3099, 0x309F, kKana},        {0x30A0, 0x30A0, kPunctuation},
    {0x30A1, 0x30FA, kKana},        {0x30FB, 0x30FB, kPunctuation}, {0x30FC, 0x30FF, kKana},
    {0x3131, 0x318E, kHangul},      {0x31F0, 0x31FF, kKana},        {0x3400, 0x4DBF, kHan},
    {0x4E00, 0x9FFF, kHan},         {0xA722, 0xA7FF, kLatin},       {0xA960, 0xA97C, kHangul},
    {0xAB30, 0xAB64, kLatin},       {0xAC00, 0xD7FB, kHangul},      {0xF900, 0xFAD9, kHan},
    {0xFB00, 0xFB06, kLatin},       {0xFE10, 0xFE19, kPunctuation}, {0xFE30, 0xFE6B, kPunctuation},
    {0xFF01, 0xFF0F, kPunctuation}, {0xFF10, 0xFF19, kDigit},       {0xFF1A, 0xFF20, kPunctuation},
    {0xFF21, 0xFF3A, kLatin},       {0xFF3B, 0xFF40, kPunctuation}, {0xFF41, 0xFF5A, kLatin},
    {0xFF5B, 0xFF65, kPunctuation}, {0xFF66, 0xFF9F, kKana},        {0xFFA0, 0xFFDC, kHangul},
    {0xFFE0, 0xFFEE, kPunctuation}, {0x1B000, 0x1B167, kKana},      {0x1D7CE, 0x1D7FF, kDigit},
    {0x20000, 0x323AF, kHan},
};

constexpr ScriptClass ascii_class(char32_t c) {
  if ((c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z')) return kLatin;
  if (c >= U'0' && c <= U'9') return kDigit;
  if (c == U' ' || (c >= 0x09 && c <= 0x0D)) return kSpace;
  return c > 0x20 && c < 0x7F ? kPunctuation : kOther;
}

constexpr auto kAsciiClasses = [] {
  std::array<ScriptClass, 128> classes{};
  for (char32_t c = 0; c < 128; ++c) classes[c] = ascii_class(c);
  return classes;
}();

}  // namespace

ScriptClass script_class_of(char32_t code_point) {
  if (code_point < 128) return kAsciiClasses[code_point];
  if (code_point >= 0x4E00 && code_point <= 0x9FFF) return kHan;
  const Range* const after =
      std::upper_bound(std::begin(kRanges), std::end(kRanges), code_point,
                       [](char32_t value, const Range& range) { return value < range.first; });
  if (after == std::begin(kRanges)) return kOther;
  const Range& range = *(after - 1);
  return code_point <= range.last ? range.script : kOther;
}

TextCounts count_text(std::string_view text) {
  TextCounts counts;
  counts.lines = text.empty() ? 0 : 1;
  bool in_run = false;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint decoded = decode_code_point(text, at);
    at += decoded.bytes;
    const ScriptClass script = script_class_of(decoded.value);
    ++counts.characters;
    ++counts.by_script[static_cast<std::size_t>(script)];
    if (decoded.value == U'\n' && at < text.size()) ++counts.lines;
    if (is_unit_script(script)) {
      ++counts.words;
      in_run = false;
    } else if (script == kSpace) {
      in_run = false;
    } else if (!in_run) {
      ++counts.words;
      in_run = true;
    }
  }
  return counts;
}

}  // namespace corpusmill
