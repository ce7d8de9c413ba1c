#include "prep/text/json_text.h"

#include <simdjson.h>

#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

namespace corpusmill {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101U, kHighs = 0x8080808080808080U;

// Sets the high bit of a byte that is zero, and perhaps of bytes behind the first one.
std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - kOnes) & ~word & kHighs;
}

bool is_escaped(unsigned char byte) {
  return byte < 0x20 || byte == '"' || byte == '\\';
}

// From `at` on, the first byte to be escaped.
std::size_t find_escaped(std::string_view text, std::size_t at) {
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t control = (word - 0x20 * kOnes) & ~word & kHighs;
    if ((control | zero_bytes(word ^ '"' * kOnes) | zero_bytes(word ^ '\\' * kOnes)) != 0) break;
  }
  while (at < text.size() && !is_escaped(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

void append_escape(char byte, std::string& out) {
  constexpr std::string_view kNamed = "\"\\\b\f\n\r\t", kNames = "\"\\bfnrt";
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '\\';
  if (const std::size_t at = kNamed.find(byte); at != std::string_view::npos) {
    out += kNames[at];
    return;
  }
  out += "u00";
  out += kHex[static_cast<unsigned char>(byte) >> 4];
  out += kHex[static_cast<unsigned char>(byte) & 15U];
}

}  // namespace

void append_json_text(std::string_view utf8, std::string& out) {
  out += '"';
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t stop = find_escaped(utf8, at);
    out.append(utf8, at, stop - at);
    if (stop < utf8.size()) append_escape(utf8[stop], out);
    at = stop + 1;
  }
  out += '"';
}

void append_json_text_of_bytes(std::string_view bytes, std::string& out) {
  if (simdjson::validate_utf8(bytes.data(), bytes.size())) return append_json_text(bytes, out);
  out += nlohmann::json(bytes).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace corpusmill
