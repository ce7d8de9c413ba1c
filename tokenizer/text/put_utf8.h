// Code points as UTF-8, into memory that is there.
#pragma once

#include <cstddef>
#include <cstdint>

namespace corpusmill {

constexpr std::size_t utf8_bytes(std::uint32_t code_point) {
  return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

// Writes utf8_bytes(code_point) bytes and returns how many.
inline std::size_t put_utf8(std::uint32_t code_point, char* out) {
  const std::size_t bytes = utf8_bytes(code_point);
  const auto continuation = [=](unsigned shift) {
    return static_cast<char>(0x80 | (code_point >> shift & 0x3F));
  };
  switch (bytes) {
    case 1:
      out[0] = static_cast<char>(code_point);
      break;
    case 2:
      out[0] = static_cast<char>(0xC0 | code_point >> 6);
      out[1] = continuation(0);
      break;
    case 3:
      out[0] = static_cast<char>(0xE0 | code_point >> 12);
      out[1] = continuation(6);
      out[2] = continuation(0);
      break;
    default:
      out[0] = static_cast<char>(0xF0 | code_point >> 18);
      out[1] = continuation(12);
      out[2] = continuation(6);
      out[3] = continuation(0);
  }
  return bytes;
}

}  // namespace corpusmill
