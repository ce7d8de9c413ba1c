// Hashes of all windows of `length` consecutive units: the polynomial of the units modulo 2^64 with
// one odd multiplier, mixed. Two windows that differ share a hash with a probability near 2^-64;
// two windows of up to seven ASCII characters never do.
#pragma once

#include <cstddef>
#include <cstdint>

namespace corpusmill {

// Makes every bit depend on every bit, reversibly (Mix13's structure; constants of Pelle Evensen's
// "moremur").
constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x ^= x >> 27;
  x *= 0x3C79AC492BA7B653U;
  x ^= x >> 33;
  x *= 0x1C69B3F74AC4AE35U;
  x ^= x >> 27;
  return x;
}

// out[i] = hash of units[i .. i + length), for i < count; units holds count + length - 1.
void hash_windows(const std::uint32_t* units, std::size_t count, unsigned length,
                  std::uint64_t* out);
void hash_windows(const std::uint64_t* units, std::size_t count, unsigned length,
                  std::uint64_t* out);

}  // namespace corpusmill
