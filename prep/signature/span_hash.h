// 64-bit hashes of short spans of text, such as words and windows of a few characters.
//
// Up to 8 bytes: reversible mixing, so that two spans of one length never share a hash. Beyond:
// the step of wyhash (Wang Yi, 2019), the two halves of a 64 x 64 bit product xored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace corpusmill {

// Makes every bit depend on every bit, reversibly: Pelle Evensen's "moremur", of the form of
// MurmurHash3's finalizer.
constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x ^= x >> 27;
  x *= 0x3C79AC492BA7B653U;
  x ^= x >> 33;
  x *= 0x1C69B3F74AC4AE35U;
  x ^= x >> 27;
  return x;
}

inline std::uint64_t multiply_mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

namespace span_hash {

inline constexpr std::uint64_t kFirst = 0xA0761D6478BD642FU;
inline constexpr std::uint64_t kSecond = 0xE7037ED1A0B428DBU;
inline constexpr std::uint64_t kLength = 0x8EBC6AF09C88C6E3U;

inline std::uint64_t load(const char* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// The 1 to 8 bytes at `at`, the first one lowest, the rest zero; reads nothing at or behind `end`.
inline std::uint64_t load_part(const char* at, std::size_t count, const char* end) {
  if (end - at >= 8) [[likely]]
    return load(at) & ~std::uint64_t{0} >> (64 - 8 * count);
  std::uint64_t word = 0;
  std::memcpy(&word, at, count);
  return word;
}

}  // namespace span_hash

// Of [at, at + count), count > 0; reads nothing at or behind `end`, the end of the text around it.
inline std::uint64_t hash_span(const char* at, std::size_t count, const char* end) {
  using namespace span_hash;
  std::uint64_t seed = count * kLength;
  if (count <= 8) return mix_bits(load_part(at, count, end) + seed);
  for (; count > 16; at += 16, count -= 16) {
    seed = multiply_mix(load(at) ^ kFirst ^ seed, load(at + 8) ^ kSecond);
  }
  // The last 16 bytes at most, in two words that may overlap each other or what came before.
  const std::uint64_t head = count >= 8 ? load(at) : load(at + count - 16);
  return multiply_mix(head ^ kFirst ^ seed, load(at + count - 8) ^ kSecond);
}

}  // namespace corpusmill
