// Shifts over the edge of a block, for splitters on BytePlanes.
#pragma once

#include <cstdint>

#include "tokenizer/split/byte_planes.h"

namespace corpusmill::byte_planes {

// Bit i of the result: what the byte `distance` before i has; `before` is the block before.
inline std::uint64_t from_before(std::uint64_t here, std::uint64_t before, unsigned distance = 1) {
  return here << distance | before >> (64 - distance);
}
// The same of the byte `distance` after i.
inline std::uint64_t from_after(std::uint64_t here, std::uint64_t after, unsigned distance = 1) {
  return here >> distance | after << (64 - distance);
}

// First bytes of the white space characters that something else than white space follows.
inline std::uint64_t last_spaces(const BytePlanes& here, const BytePlanes& next) {
  const std::uint64_t one_after = from_after(here.space, next.space);
  if ((here.space & here.non_ascii) == 0) return here.space & ~one_after;
  const std::uint64_t goes_on = from_after(here.continuation, next.continuation);
  const std::uint64_t goes_on_2 = from_after(here.continuation, next.continuation, 2);
  const std::uint64_t then_space = (~goes_on & one_after) |
                                   (goes_on & ~goes_on_2 & from_after(here.space, next.space, 2)) |
                                   (goes_on & goes_on_2 & from_after(here.space, next.space, 3));
  return here.space & ~here.continuation & ~then_space;
}

// What contractions change: no pretoken begins behind their quote, one begins behind their end.
struct ContractionCarry {
  std::uint64_t no_start = 0, start = 0;
};
inline std::uint64_t with_contractions(std::uint64_t starts, std::uint64_t quotes2,
                                       std::uint64_t quotes3, ContractionCarry& carry) {
  const std::uint64_t quotes = quotes2 | quotes3;
  const std::uint64_t changed =
      (starts & ~(quotes << 1 | carry.no_start)) | quotes2 << 2 | quotes3 << 3 | carry.start;
  carry = {quotes >> 63, quotes2 >> 62 | quotes3 >> 61};
  return changed;
}

}  // namespace corpusmill::byte_planes
