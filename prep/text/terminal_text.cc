#include "prep/text/terminal_text.h"

#include <fmt/format.h>

#include <iterator>

#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

bool is_unsafe(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool turns_direction = c == 0x061C || c == 0x200E || c == 0x200F ||
                               (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  const bool breaks_lines = c == 0x2028 || c == 0x2029;
  return control || turns_direction || breaks_lines;
}

void append_escaped(char32_t c, std::string& out) {
  if (c == U'\n') {
    out += "\\n";
  } else if (c == U'\t') {
    out += "\\t";
  } else if (c == U'\r') {
    out += "\\r";
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", static_cast<unsigned>(c));
  }
}

}  // namespace

std::string terminal_text(std::string_view text, std::size_t characters_max) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t characters = 0; at < text.size(); ++characters) {
    if (characters == characters_max) {
      std::size_t left_out = 0;
      for (; at < text.size(); ++left_out) {
        at += std::max<std::size_t>(decode_code_point(text, at).bytes, 1);
      }
      fmt::format_to(std::back_inserter(out), "… ({} more)", left_out);
      return out;
    }
    const CodePoint code_point = decode_code_point(text, at);
    if (code_point.bytes == 0) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[at]));
      ++at;
      continue;
    }
    if (is_unsafe(code_point.value)) {
      append_escaped(code_point.value, out);
    } else {
      out += text.substr(at, code_point.bytes);
    }
    at += code_point.bytes;
  }
  return out;
}

}  // namespace corpusmill
