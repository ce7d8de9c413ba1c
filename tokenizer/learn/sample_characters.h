// The characters of a training sample, and how each is made of tokens.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizer/learn/merge_learner.h"
#include "tokenizer/learn/partitioned_counter.h"

namespace corpusmill {

inline bool is_ascii_byte(char c) {
  return static_cast<std::uint8_t>(c) < 0x80;
}

// The character that begins with the byte at text[at], which is not ASCII. Quicker than
// decode_utf8, and meant for valid UTF-8; of other bytes it makes something inside the text.
struct WideCharacter {
  std::uint32_t code_point;
  std::size_t bytes;
};
inline WideCharacter wide_character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
  const std::uint8_t lead = byte(0);
  const std::size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (at + bytes > text.size()) return {0xFFFD, text.size() - at};
  if (bytes == 2) return {(lead & 0x1FU) << 6 | (byte(1) & 0x3FU), 2};
  if (bytes == 3) {
    return {(lead & 0xFU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU), 3};
  }
  const std::uint32_t code_point =
      (lead & 7U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 | (byte(3) & 0x3FU);
  return {code_point < 0x110000 ? code_point : 0xFFFD, 4};
}

// The atoms of a pretoken, in order: run(bytes) for each run of ASCII as long as can be, and
// wide(code_point) for every other character.
template <class Run, class Wide>
void for_each_atom(std::string_view pretoken, const Run& run, const Wide& wide) {
  for (std::size_t at = 0; at < pretoken.size();) {
    const std::size_t begin = at;
    while (at < pretoken.size() && is_ascii_byte(pretoken[at])) ++at;
    if (at > begin) run(pretoken.substr(begin, at - begin));
    if (at == pretoken.size()) return;
    const WideCharacter character = wide_character_at(pretoken, at);
    wide(character.code_point);
    at += character.bytes;
  }
}

struct CharacterCount {
  std::uint32_t code_point = 0;
  std::uint64_t count = 0;
};

struct SampleCharacters {
  std::vector<CharacterCount> by_frequency;  // all characters; equal counts by code point
  std::uint64_t total = 0;
  // For each part of the pretokens: bytes in runs of two or more ASCII characters.
  std::vector<std::uint64_t> ascii_run_bytes;

  static SampleCharacters count(const CountedKeys& pretokens, int threads);
  // The shortest beginning of by_frequency that makes up `coverage` (0 to 1) of all characters.
  std::span<const CharacterCount> covering(double coverage) const;
};

// The tokens of every character outside ASCII, from its first form on.
class CharacterTokens {
 public:
  struct Tokens {
    TokenId ids[4] = {};
    std::uint8_t count = 0;
  };

  // Bytes alone.
  CharacterTokens(const SampleCharacters& characters, const TokenTable& tokens);

  // Makes a character of more than one byte one token, with those merges ((b1 b2) b3) b4 of its
  // bytes that are not there yet. Before apply_seeds().
  void seed(std::uint32_t code_point, TokenTable& tokens);
  // Joins in all characters what seed() has made mergeable.
  void apply_seeds();

  const Tokens& of(std::uint32_t code_point) const { return tokens_[index_[code_point]]; }

  // Cells for units of the characters of more than one token, and those units; each pair's weight
  // is the characters' count. `take_back` reads what became of them.
  std::uint64_t cells() const;
  void set_units(MergeLearner& learner, std::size_t position);
  void take_back(const MergeLearner& learner, std::size_t position);

 private:
  std::vector<std::uint32_t> index_;  // by code point; 0: not in the sample
  std::vector<Tokens> tokens_;
  std::vector<Tokens> unit_tokens_;  // as they were in set_units: the cells of each unit
  std::vector<std::uint64_t> counts_;
  PairMap seeds_;  // pair -> token
};

}  // namespace corpusmill
