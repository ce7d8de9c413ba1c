// Looks for what is not ASCII, many bytes at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace corpusmill {

// Eight bytes of the text, as they stand in memory.
inline std::uint64_t eight_bytes(std::string_view text, std::size_t at) {
  std::uint64_t bytes;
  std::memcpy(&bytes, text.data() + at, sizeof bytes);
  return bytes;
}

// Where the first byte from `at` stands that is not ASCII; the size if there is none. `at` is at
// most the size.
inline std::size_t find_non_ascii(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kTops = 0x8080'8080'8080'8080;
  const auto word_at = [text](std::size_t begin) { return eight_bytes(text, begin); };
  for (; at + 32 <= text.size(); at += 32) {
    const std::uint64_t any = word_at(at) | word_at(at + 8) | word_at(at + 16) | word_at(at + 24);
    if ((any & kTops) != 0) break;
  }
  for (; at + 8 <= text.size(); at += 8) {
    const std::uint64_t bytes = word_at(at);
    if ((bytes & kTops) != 0) {
      return at + static_cast<std::size_t>(std::countr_zero(bytes & kTops) / 8);
    }
  }
  while (at < text.size() && (text[at] & 0x80) == 0) ++at;
  return at;
}

// How many bytes are not ASCII.
inline std::size_t count_non_ascii(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  std::size_t count = 0, at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    count += (eight_bytes(text, at) >> 7 & kOnes) * kOnes >> 56;
  }
  for (; at < text.size(); ++at) count += (text[at] & 0x80) != 0 ? 1 : 0;
  return count;
}

inline bool is_ascii(std::string_view text) {
  return find_non_ascii(text, 0) == text.size();
}

}  // namespace corpusmill
