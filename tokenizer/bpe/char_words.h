// What single characters become, by code point: a look-up that needs no key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "common/huge_array.h"

namespace corpusmill {

class CharWords {
 public:
  // Code points are below; anything else is no character of the table.
  static constexpr std::uint32_t kChars = 0x10000;

  // Forgets all.
  void clear() { words_ = {}; }
  // `word` as in tokenizer/bpe/id_words.h; code_point < kChars.
  void learn(std::uint32_t code_point, std::uint64_t word);

  // words[i] becomes the word of chars[i]; 0 where it is unknown or none of the table. Writes the
  // places of these to `unknown`, ascending, and returns how many. All three have room for
  // chars.size() rounded up to kStep, and `chars` can be read so far.
  static constexpr std::size_t kStep = 8;
  std::size_t look_up(std::span<const std::uint32_t> chars, std::uint64_t* words,
                      std::uint32_t* unknown);

  using LookUp = std::size_t (*)(const std::uint64_t* table, std::span<const std::uint32_t> chars,
                                 std::uint64_t* words, std::uint32_t* unknown);
  // The ways to do it that this processor has, the fastest first. For tests.
  static std::span<const LookUp> look_ups();

 private:
  HugeArray<std::uint64_t> words_;  // none before the first word
};

}  // namespace corpusmill
