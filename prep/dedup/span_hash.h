// 64-bit hashes of short spans of text, such as words: one 128-bit multiplication up to 16 bytes.
//
// The mixing step is that of wyhash (Wang Yi, 2019): the two halves of a 64 x 64 bit product,
// xored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace corpusmill {

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

// The `count` <= 8 bytes at `at`, little-endian, the rest zero; reads nothing past `end`.
inline std::uint64_t load_part(const char* at, std::size_t count, const char* end) {
  if (end - at >= 8) [[likely]] {
    return count == 0 ? 0 : load(at) & ~std::uint64_t{0} >> (64 - 8 * count);
  }
  std::uint64_t word = 0;
  std::memcpy(&word, at, count);
  return word;
}

}  // namespace span_hash

// `end` is as far as may be read: the end of the text that holds the span.
inline std::uint64_t hash_span(std::string_view span, const char* end) {
  using namespace span_hash;
  const char* at = span.data();
  std::size_t left = span.size();
  std::uint64_t seed = left * kLength;
  if (left <= 8) return multiply_mix(load_part(at, left, end) ^ kFirst, seed ^ kSecond);
  for (; left > 16; at += 16, left -= 16) {
    seed = multiply_mix(load(at) ^ kFirst ^ seed, load(at + 8) ^ kSecond);
  }
  // The last 16 bytes at most, in two words that may overlap.
  const std::uint64_t head = left >= 8 ? load(at) : load(at + left - 16);
  return multiply_mix(head ^ kFirst ^ seed, load(at + left - 8) ^ kSecond);
}

}  // namespace corpusmill
