// What units of few bytes became last: a table in front of the cache of units, small enough to stay
// near the core, and asked for eight units at once. Keys are compared whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "common/huge_array.h"

namespace corpusmill {

class ShortWords {
 public:
  // Longer units are never known.
  static constexpr std::size_t kBytesMax = 7;
  // Set in a unit's end: another unit, though it has the same bytes.
  static constexpr std::uint32_t kPart = std::uint32_t{1} << 31;

  // Units one behind the other, none empty: unit i is text[ends[i - 1], ends[i]), flags aside, the
  // first from `begin`.
  struct Units {
    std::string_view text;
    std::uint32_t begin;
    const std::uint32_t* ends;
  };

  // Forgets all.
  void clear() { slots_ = {}; }
  // `word`, not 0, as in tokenizer/bpe/id_words.h. Forgets another unit for it. Of a longer unit
  // nothing is kept.
  void learn(std::string_view unit, bool part, std::uint64_t word);

  // Of the units `numbers`, which ascend: words[number] becomes the word of each that is known; the
  // numbers of the others are left at the front, in their order. Returns how many. `numbers` can be
  // read and written up to the next multiple of kStep.
  static constexpr std::size_t kStep = 8;
  std::size_t look_up(const Units& units, std::span<std::uint32_t> numbers,
                      std::uint64_t* words) const;

  struct Slot {
    std::uint64_t key, word;
  };
  using LookUp = std::size_t (*)(const Slot* slots, const Units& units,
                                 std::span<std::uint32_t> numbers, std::uint64_t* words);
  // The ways to do it that this processor has, the fastest first.
  static std::span<const LookUp> look_ups();
  std::size_t look_up_by(LookUp way, const Units& units, std::span<std::uint32_t> numbers,
                         std::uint64_t* words) const {
    return slots_.size() == 0 ? numbers.size() : way(slots_.data(), units, numbers, words);
  }

 private:
  HugeArray<Slot> slots_;  // none before the first word
};

}  // namespace corpusmill
