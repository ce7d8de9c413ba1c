#include "tokenizer/text/utf8_lossy.h"

#include <cstddef>

#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The bytes of the malformed sequence at `at`: its lead and the continuations that could have
// followed it.
std::size_t malformed_bytes(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned lead = byte(at);
  if (lead < 0xC2 || lead > 0xF4) return 1;
  const std::size_t expected = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned low = 0x80, high = 0xBF;  // of the second byte
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  std::size_t count = 1;
  while (count < expected && at + count < bytes.size() && byte(at + count) >= low &&
         byte(at + count) <= high) {
    ++count;
    low = 0x80;
    high = 0xBF;
  }
  return count;
}

}  // namespace

std::string to_utf8_lossy(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const DecodedChar decoded = decode_utf8(bytes, at);
    const bool bad = decoded.bytes == 1 && decoded.code_point == 0xFFFD;
    const std::size_t count = bad ? malformed_bytes(bytes, at) : decoded.bytes;
    text.append(bad ? kReplacement : bytes.substr(at, count));
    at += count;
  }
  return text;
}

}  // namespace corpusmill
