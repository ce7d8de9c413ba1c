#include "tokenizer/nfc.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <new>

#include "tokenizer/unicode_class.h"

namespace corpusmill {
namespace {

struct Range {
  std::uint32_t first, last;
};

// Code points with a combining class or a composition since Unicode 10: to 9.0 they are unassigned
// starters.
constexpr Range kSinceUnicode10[] = {
    {0x7FD, 0x7FD},     {0x898, 0x89F},     {0x8CA, 0x8D3},     {0x9FE, 0x9FE},
    {0xC3C, 0xC3C},     {0xD3B, 0xD3C},     {0xEBA, 0xEBA},     {0x1715, 0x1715},
    {0x1ABF, 0x1ACE},   {0x1DF6, 0x1DFA},   {0xA82C, 0xA82C},   {0x10D24, 0x10D27},
    {0x10EAB, 0x10EAC}, {0x10EFD, 0x10EFF}, {0x10F46, 0x10F50}, {0x10F82, 0x10F85},
    {0x11070, 0x11070}, {0x1133B, 0x1133B}, {0x1145E, 0x1145E}, {0x11839, 0x1183A},
    {0x11930, 0x11930}, {0x11935, 0x11935}, {0x11938, 0x11938}, {0x1193D, 0x1193E},
    {0x11943, 0x11943}, {0x119E0, 0x119E0}, {0x11A34, 0x11A34}, {0x11A47, 0x11A47},
    {0x11A99, 0x11A99}, {0x11D42, 0x11D42}, {0x11D44, 0x11D45}, {0x11D97, 0x11D97},
    {0x11F41, 0x11F42}, {0x16FF0, 0x16FF1}, {0x1E08F, 0x1E08F}, {0x1E130, 0x1E136},
    {0x1E2AE, 0x1E2AE}, {0x1E2EC, 0x1E2EF}, {0x1E4EC, 0x1E4EF}};

bool is_since_unicode_10(std::uint32_t code_point) {
  const Range* after =
      std::upper_bound(std::begin(kSinceUnicode10), std::end(kSinceUnicode10), code_point,
                       [](std::uint32_t c, const Range& range) { return c < range.first; });
  return after != std::begin(kSinceUnicode10) && code_point <= std::prev(after)->last;
}

void append_composed(std::string_view text, std::string& out) {
  if (is_plainly_nfc(text)) {
    out.append(text);
    return;
  }
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t bytes =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (bytes == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
  if (bytes < 0) {
    out.append(text);  // not UTF-8: nothing to compose
    return;
  }
  out.append(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(bytes));
}

}  // namespace

bool is_plainly_nfc(std::string_view text) {
  // U+0300 is 0xCC 0x80.
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0xCC; });
}

std::string to_nfc(std::string_view text) {
  std::string out;
  std::size_t pending = 0;
  for (std::size_t at = 0; at < text.size();) {
    const DecodedChar decoded = decode_utf8(text, at);
    if (is_since_unicode_10(decoded.code_point)) {
      append_composed(text.substr(pending, at - pending), out);
      out.append(text.substr(at, decoded.bytes));
      pending = at + decoded.bytes;
    }
    at += decoded.bytes;
  }
  append_composed(text.substr(pending), out);
  return out;
}

}  // namespace corpusmill
