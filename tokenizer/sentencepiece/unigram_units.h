// Units of text between places that no piece lies across, remembered with how far their best
// segmentation is ahead of any other.
//
// The library sums in float32 from the start of the text, so that a unit's segmentation depends on
// the sum before it, s: but only if two ways to end at one of its positions are about as good. Let
// D(v) be the best sum from the unit's start to position v in exact arithmetic, and n the unit's
// bytes. The library's F(v) is within n * u of s + D(v), where u = 2^-24 * M is half a unit in the
// last place of the largest magnitude M that occurs (by induction: every sum on the way is rounded
// once, and the larger of two numbers moves no further than they do). So where at every position
// that the best segmentation passes through the second best way to get there is worse by more than
// 2 * (n + 1) * u, the library takes the same segmentation, and what it hands on is the sum of
// these pieces, rounded one by one. That holds for every |s| below a limit, which is remembered. No
// sum is rebased within the unit either if M stays below 100,000.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tokenizer/sentencepiece/unigram_table.h"

namespace corpusmill {

// What is known of a unit, as the words that a UnitCache keeps: this head, then the ids.
struct UnigramUnit {
  float limit;  // the segmentation stands for |s| < limit
  std::uint32_t
      id_count;  // 0: with a limit the unit is one unknown character, without it is searched

  static constexpr std::uint32_t kIdsMax = 127;

  // The lowest bits of the limit make room for the count: it becomes a little smaller.
  std::uint32_t word() const {
    return (std::bit_cast<std::uint32_t>(limit) & ~std::uint32_t{0x7F}) | id_count;
  }
  static UnigramUnit of_word(std::uint32_t word) {
    return {std::bit_cast<float>(word & ~std::uint32_t{0x7F}), word & kIdsMax};
  }
};

// Scratch for one thread.
class UnigramUnitMeasure {
 public:
  // Appends the words of the unit text[begin, end).
  void run(const UnigramTable& table, const std::string& text, std::size_t begin, std::size_t end,
           std::vector<std::uint32_t>& words);

 private:
  struct Arrival {
    double best, second;
    std::uint32_t step;
  };
  std::vector<Arrival> arrivals_;
  std::vector<std::uint32_t> path_;
};

}  // namespace corpusmill
