// The record that near dedup sorts: a key of 56 bits and a document's number, in 12 bytes.
#pragma once

#include <cstdint>

namespace corpusmill {

class KeyedOrdinal {
 public:
  static constexpr unsigned kKeyBits = 56, kOrdinalBits = 40;
  static constexpr std::uint64_t kKeyMax = (1ULL << kKeyBits) - 1;
  static constexpr std::uint64_t kOrdinalMax = (1ULL << kOrdinalBits) - 1;

  KeyedOrdinal() = default;
  KeyedOrdinal(std::uint64_t key, std::uint64_t ordinal)
      : words_{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(ordinal),
               static_cast<std::uint32_t>(key >> 32 << 8 | ordinal >> 32)} {}

  std::uint64_t key() const { return std::uint64_t{words_[2] >> 8} << 32 | words_[0]; }
  std::uint64_t ordinal() const { return std::uint64_t{words_[2] & 0xFF} << 32 | words_[1]; }

 private:
  std::uint32_t words_[3] = {};
};
static_assert(sizeof(KeyedOrdinal) == 12);

}  // namespace corpusmill
