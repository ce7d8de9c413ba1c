// Cuts text into units where no merge of a BPE over characters can reach across (char_cuts.h has
// the theorem), 64 places at a time where the text is ASCII.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizer/bpe/ascii_pairs.h"
#include "tokenizer/bpe/char_cuts.h"
#include "tokenizer/char_bpe/char_bpe_alphabet.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {

// Like decode_utf8 where the text is UTF-8 and four bytes can be read.
inline DecodedChar decode_utf8_ahead(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<std::uint8_t>(text[at + i]));
  };
  const std::uint32_t lead = byte(0);
  if (lead >= 0xE0 && lead < 0xF0) {
    return {(lead & 0xF) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
  }
  return lead < 0x80 ? DecodedChar{lead, 1} : decode_utf8(text, at);
}

// Whether much of what follows `at` is not ASCII; false near the end.
bool is_mostly_wide(std::string_view text, std::size_t at);

// Const after construction, safe from any number of threads.
class CharBpeCutter {
 public:
  // What cut() does.
  using Cut = std::size_t (*)(const CharBpeCutter& cutter, std::string_view text,
                              std::uint32_t begin, std::span<std::uint32_t> ends);
  // The ways to do it that this processor has, the fastest first.
  static std::span<const Cut> ways();

  // `pieces`: what merges can make, with ' ' for the mark where a space is one. `alphabet` must
  // outlive the cutter. With `cut_before_space` every space begins a unit.
  CharBpeCutter(const CharBpeAlphabet& alphabet, const std::vector<std::string_view>& pieces,
                bool cut_before_space, Cut way = ways().front());

  // Cuts text[begin, size) and writes the ends of the units, ascending; stops where the text ends,
  // whose end is the last then, when `ends` has no room for another 64, or where what follows is
  // mostly wide. Returns how many; 0 only if there was no room. The text, UTF-8, holds no
  // mark where a space is one.
  std::size_t cut(std::string_view text, std::uint32_t begin, std::span<std::uint32_t> ends) const;

  // The same for text that is mostly wide, but stops only where the text ends or `ends` is full,
  // which is not empty.
  std::size_t cut_wide(std::string_view text, std::uint32_t begin,
                       std::span<std::uint32_t> ends) const;

  // Whether the text may be cut between these two characters.
  bool may_cut(std::uint32_t left, std::uint32_t right) const {
    if ((left | right) < 0x80) {
      return (cut_before_space_ && right == ' ') || cuts_.may_cut(left, right);
    }
    if ((alphabet_.entry(left) & CharBpeAlphabet::kJoinsAfter) == 0) return true;
    if ((alphabet_.entry(right) & CharBpeAlphabet::kJoinsBefore) == 0) return true;
    if (cut_before_space_ && right == ' ') return true;
    return cuts_.may_cut(left, right);
  }
  // Whether a unit begins with this byte even where a merge could reach across.
  bool must_cut_before(std::uint8_t byte) const { return cut_before_space_ && byte == ' '; }

 private:
  friend struct CutLoop;

  const CharBpeAlphabet& alphabet_;
  CharCuts cuts_;
  bool cut_before_space_;
  AsciiPairs ascii_;  // that must stay together
  Cut cut_;
};

}  // namespace corpusmill
