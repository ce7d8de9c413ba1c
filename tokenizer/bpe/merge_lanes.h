// The merges of MergeTable for sixteen rows side by side, a lane of a vector each: AVX-512.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "common/token_id.h"

namespace corpusmill {

class MergeTable;

// Sixteen rows of up to 32 symbols. Place i of a row is where its symbol i stood before the
// merges; a symbol that merges made stands at the first of the places that it was made from.
struct LaneRows {
  static constexpr std::size_t kRows = 16, kSymbolsMax = 32;

  alignas(64) std::uint32_t places[kRows];  // by row: bit i says that a symbol stands at place i
  alignas(64) TokenId symbols[kSymbolsMax][kRows];  // by place

  // All rows empty.
  void clear() { *this = {}; }
  void put(std::size_t row, std::size_t place, TokenId symbol) { symbols[place][row] = symbol; }
  void set_size(std::size_t row, std::size_t size) {
    places[row] = static_cast<std::uint32_t>((std::uint64_t{1} << size) - 1);
  }
};

// Merges all the rows, some sets of sixteen at a time in turns. nullptr where the processor cannot.
// `is_far`: whether the table is mostly not in the near caches.
using MergeLanesFunction = void (*)(const MergeTable& table, LaneRows* sets, std::size_t count);
MergeLanesFunction choose_merge_lanes(bool is_far);

}  // namespace corpusmill
