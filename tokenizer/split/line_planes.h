// Parts that the expressions of cl100k and of those after it share, on blocks of 64 bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "tokenizer/split/byte_planes.h"
#include "tokenizer/split/plane_shifts.h"

namespace corpusmill::byte_planes {

// Bytes directly behind a character whose first byte is in `firsts`.
inline std::uint64_t after_character(std::uint64_t firsts, std::uint64_t firsts_before,
                                     const BytePlanes& here, std::uint64_t continuation_before) {
  if ((here.non_ascii | continuation_before) == 0) return from_before(firsts, firsts_before);
  const std::uint64_t inside = from_before(here.continuation, continuation_before);
  const std::uint64_t inside_2 = inside & from_before(here.continuation, continuation_before, 2);
  const std::uint64_t inside_3 = inside_2 & from_before(here.continuation, continuation_before, 3);
  // Where the character's own bytes still go on nothing stands behind it.
  return ~here.continuation &
         (from_before(firsts, firsts_before) | (from_before(firsts, firsts_before, 2) & inside) |
          (from_before(firsts, firsts_before, 3) & inside_2) |
          (from_before(firsts, firsts_before, 4) & inside_3));
}

// \p{N}{1,n}: where the groups begin.
class NumberGroups {
 public:
  std::uint64_t step(const BytePlanes& here, std::size_t chars_max) {
    const std::uint64_t runs = here.number & ~from_before(here.number, before_);
    before_ = here.number;
    if (here.number == 0) return 0;
    if (chars_max == 1) return here.number & ~here.continuation;
    if (chars_max == 3 && (here.number & here.non_ascii) == 0) return threes(here.number, runs);
    return by_character(here, runs, chars_max);
  }

 private:
  std::uint64_t threes(std::uint64_t number, std::uint64_t runs) {
    std::uint64_t starts = runs;
    if ((number & ~runs & 1) != 0) {
      const std::uint64_t whole = (std::uint64_t{2} << (3 - chars_)) - 1;
      if ((number & whole) == whole) starts |= std::uint64_t{1} << (3 - chars_);
    }
    const std::uint64_t third = number & number << 1 & number << 2;
    for (std::uint64_t more = starts; (more = more << 3 & third & ~starts) != 0;) starts |= more;
    const auto run_in = static_cast<std::size_t>(std::countl_one(number));
    if (run_in < 64) {
      const std::uint64_t in_last_run = run_in == 0 ? 0 : starts >> (64 - run_in);
      chars_ = run_in == 0 ? 0 : 1 + run_in - static_cast<std::size_t>(std::bit_width(in_last_run));
    } else {
      chars_ = 1 + static_cast<std::size_t>(std::countl_zero(starts));
    }
    return starts;
  }

  std::uint64_t by_character(const BytePlanes& here, std::uint64_t runs, std::size_t chars_max) {
    std::uint64_t starts = 0;
    for (std::uint64_t rest = here.number & ~here.continuation; rest != 0; rest &= rest - 1) {
      const std::uint64_t bit = rest & (~rest + 1);
      if ((runs & bit) != 0 || chars_ == chars_max) {
        starts |= bit;
        chars_ = 0;
      }
      ++chars_;
    }
    if (here.number >> 63 == 0) chars_ = 0;
    return starts;
  }

  std::uint64_t before_ = 0;
  std::size_t chars_ = 0;  // of the group that the last block ended in
};

// The ends of [^\s\p{L}\p{N}]+[\r\n]* and where \s*[\r\n]+|\s+(?!\S)|\s+ begin.
struct LineStep {
  std::uint64_t starts = 0;
  bool undo = false, in_doubt = false;
};

class LineEnds {
 public:
  // `other` are the characters that take the line breaks behind them.
  LineStep step(const BytePlanes& here, const BytePlanes& next, std::uint64_t other) {
    const std::uint64_t newline = here.newline;
    const std::uint64_t blank = here.space & ~newline;
    // Adding a run's first bit to the run clears it: what is left over are the other runs.
    const std::uint64_t marks = newline & (from_before(other, other_) | (taken_ >> 63));
    const std::uint64_t taken = newline & ~(newline + marks);
    const std::uint64_t runs = here.space & ~from_before(here.space, space_) & ~marks;
    const std::uint64_t after_taken = blank & from_before(taken, taken_);
    std::uint64_t after_line = blank & from_before(newline & ~taken, newline_ & ~taken_);
    // Blanks behind a line break begin a match, unless another line break follows them.
    const std::uint64_t doubted = after_line | (blank & std::uint64_t{in_doubt_ ? 1U : 0U});
    const std::uint64_t flooded = blank & ~(blank + doubted);
    const std::uint64_t behind = (flooded << 1 | std::uint64_t{in_doubt_ ? 1U : 0U}) & ~blank;
    LineStep result;
    for (std::uint64_t bad = behind & newline; bad != 0; bad &= bad - 1) {
      const auto end = static_cast<unsigned>(std::countr_zero(bad));
      const std::uint64_t not_blank = ~blank & ((std::uint64_t{1} << end) - 1);
      if (not_blank == 0 && in_doubt_) {
        result.undo = true;
      } else {
        const auto start = static_cast<unsigned>(std::bit_width(not_blank));
        after_line &= ~(std::uint64_t{1} << start);
      }
    }
    in_doubt_ = flooded >> 63 != 0;
    result.in_doubt = in_doubt_;
    result.starts = runs | after_taken | after_line | (last_spaces(here, next) & ~newline);
    other_ = other;
    space_ = here.space;
    newline_ = newline;
    taken_ = taken;
    return result;
  }

 private:
  std::uint64_t other_ = 0, space_ = 0, newline_ = 0, taken_ = 0;
  bool in_doubt_ = false;
};

}  // namespace corpusmill::byte_planes
