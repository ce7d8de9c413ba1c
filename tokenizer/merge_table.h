// Byte-pair merges over a row of symbols: of all adjacent pairs that have a merge, the one of
// lowest rank is joined, the leftmost among equal ranks, until none is left (Sennrich et al. 2016).
// Knows ids alone; bytes, characters and text are the caller's. Serves byte-level and
// character-level BPE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

class MergeTable {
 public:
  // left + right become result; the lower rank goes first. Ranks may repeat.
  struct Merge {
    TokenId left, right, result;
    std::uint32_t rank;
  };
  // What a slot has bits for.
  static constexpr TokenId kIdsMax = TokenId{1} << 22;
  static constexpr std::size_t kMergesMax = (std::size_t{1} << 20) - 1;

  // Of a repeated pair the last entry counts. Throws Error kMismatch for an id of kIdsMax or more
  // and for more than kMergesMax merges.
  explicit MergeTable(std::vector<Merge> merges);

  // Merges `symbols` in place and returns how many are left at the front; what stands behind them
  // means nothing. A symbol that is in no merge stays as it is, ids of kIdsMax or more included.
  // Const and safe from any number of threads; O(n log n), and memory of about 24 bytes a symbol
  // for rows of more than kShortMax.
  std::size_t merge(std::span<TokenId> symbols) const;

  static constexpr std::size_t kShortMax = 32;

 private:
  // Index of a merge in order of rank; merges of equal rank have different indexes.
  using MergeIndex = std::uint32_t;
  static constexpr MergeIndex kNone = kMergesMax;
  static constexpr std::size_t kLineSlots = 8;
  // left, right and index in one word, so that a pair is one comparison. A line is one cache line
  // and is filled from its front; what does not fit goes to the next.
  struct alignas(64) Line {
    std::uint64_t slots[kLineSlots];
  };

  MergeIndex find(TokenId left, TokenId right) const;
  std::size_t line_of(std::uint64_t pair) const;
  std::size_t merge_short(std::span<TokenId> symbols) const;
  std::size_t merge_long(std::span<TokenId> symbols) const;

  std::vector<Line> lines_;           // a power of two
  unsigned line_shift_ = 0;           // of a pair's 64-bit hash
  std::vector<TokenId> results_;      // by index
  std::vector<std::uint32_t> ranks_;  // by index, non-decreasing, dense; last: that of kNone
};

}  // namespace corpusmill
