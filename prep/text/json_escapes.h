// Escapes of two bytes in JSON strings, such as \n and \": which bytes they are, what they mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace corpusmill {

// Of 64 bytes those that a backslash before them escapes; bit i is byte i. `carry` is 1 if the
// first byte is one, and becomes that of the next 64. Runs of backslashes are told odd from even by
// the carry of an addition, as simdjson does.
inline std::uint64_t escaped_bytes(std::uint64_t backslashes, std::uint64_t& carry) {
  constexpr std::uint64_t kEvenBits = 0x5555'5555'5555'5555;
  backslashes &= ~carry;
  const std::uint64_t follows = backslashes << 1 | carry;
  const std::uint64_t odd_starts = backslashes & ~kEvenBits & ~follows;
  const std::uint64_t runs_from_even = odd_starts + backslashes;
  carry = runs_from_even < backslashes ? 1 : 0;
  return (kEvenBits ^ runs_from_even << 1) & follows;
}

// Decodes the inside of a string whose escapes are all of two bytes and valid; returns how many
// bytes were written to `out`, never more than went in. kUnescapeSpareBytes behind `escaped` are
// readable, and as many behind its size in `out` writable.
std::size_t unescape(std::string_view escaped, char* out);
inline constexpr std::size_t kUnescapeSpareBytes = 64;

// The ways to do it that this processor has, the fastest first: that is unescape(). For tests.
using Unescape = std::size_t(std::string_view escaped, char* out);
std::vector<Unescape*> unescape_variants();

}  // namespace corpusmill
