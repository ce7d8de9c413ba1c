// File and line in one word: what dedup keeps of an Origin, in memory and on disk.
#pragma once

#include <compare>
#include <cstdint>

#include "prep/record/document.h"

namespace corpusmill {

// 24 bits of file, 40 of line. Ordered as the input is.
class LineId {
 public:
  static constexpr std::uint32_t kFilesMax = (1U << 24) - 1;
  static constexpr std::uint64_t kLinesMax = (1ULL << 40) - 1;

  LineId() = default;  // of no line: lines count from 1
  // Throws Error(kUsage) for more than kFilesMax files or kLinesMax lines in a file.
  static LineId of(const Origin& origin);
  static LineId from_packed(std::uint64_t packed) {
    LineId id;
    id.packed_ = packed;
    return id;
  }

  std::uint32_t file() const { return static_cast<std::uint32_t>(packed_ >> 40); }
  std::uint64_t line() const { return packed_ & kLinesMax; }
  std::uint64_t packed() const { return packed_; }
  explicit operator bool() const { return packed_ != 0; }
  auto operator<=>(const LineId&) const = default;

 private:
  std::uint64_t packed_ = 0;
};

}  // namespace corpusmill
