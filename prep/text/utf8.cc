#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

constexpr unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

constexpr bool is_between(unsigned value, unsigned low, unsigned high) {
  return low <= value && value <= high;
}

}  // namespace

CodePoint decode_code_point(std::string_view text, std::size_t at) {
  const unsigned b0 = byte_at(text, at);
  if (b0 < 0x80) return {b0, 1};
  const unsigned b1 = byte_at(text, at + 1);
  if (is_between(b0, 0xC2, 0xDF)) {
    if (!is_between(b1, 0x80, 0xBF)) return {};
    return {(b0 & 0x1F) << 6 | (b1 & 0x3F), 2};
  }
  const unsigned b2 = byte_at(text, at + 2);
  if (is_between(b0, 0xE0, 0xEF)) {
    const unsigned low = b0 == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = b0 == 0xED ? 0x9F : 0xBF;
    if (!is_between(b1, low, high) || !is_between(b2, 0x80, 0xBF)) return {};
    return {(b0 & 0x0F) << 12 | (b1 & 0x3F) << 6 | (b2 & 0x3F), 3};
  }
  if (!is_between(b0, 0xF0, 0xF4)) return {};
  const unsigned b3 = byte_at(text, at + 3);
  const unsigned low = b0 == 0xF0 ? 0x90 : 0x80;
  const unsigned high = b0 == 0xF4 ? 0x8F : 0xBF;
  if (!is_between(b1, low, high) || !is_between(b2, 0x80, 0xBF) || !is_between(b3, 0x80, 0xBF)) {
    return {};
  }
  return {(b0 & 0x07) << 18 | (b1 & 0x3F) << 12 | (b2 & 0x3F) << 6 | (b3 & 0x3F), 4};
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const CodePoint code_point = decode_code_point(text, at);
    if (code_point.bytes == 0) return at;
    at += code_point.bytes;
  }
  return text.npos;
}

void append_utf8(char32_t code_point, std::string& out) {
  const auto value = static_cast<unsigned>(code_point);
  const auto tail = [value](unsigned shift) {
    return static_cast<char>(0x80U | (value >> shift & 0x3FU));
  };
  if (value < 0x80) {
    out += static_cast<char>(value);
  } else if (value < 0x800) {
    out += static_cast<char>(0xC0U | value >> 6);
    out += tail(0);
  } else if (value < 0x10000) {
    out += static_cast<char>(0xE0U | value >> 12);
    out += tail(6);
    out += tail(0);
  } else {
    out += static_cast<char>(0xF0U | value >> 18);
    out += tail(12);
    out += tail(6);
    out += tail(0);
  }
}

bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

}  // namespace corpusmill
