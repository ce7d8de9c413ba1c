// Where text may be cut between two characters without changing what BPE makes of it.
//
// If every result of a merge is the concatenation of its parts, and no result that occurs in the
// text lies across a place p between two initial symbols, then BPE(text) = BPE(before p) +
// BPE(after p): the first symbol across p would be such a result, so none comes to be; merges on
// the two sides touch different symbols, and their order restricted to a side is that side's own.
//
// The test here is local and never wrong in the direction that matters: a place is cut unless some
// result has these two characters side by side (or the part of them that it holds, where it begins
// or ends inside one). Pairs are kept in a bitset by hash alone, so a few places stay uncut that
// could be cut.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizer/char_cuts_simd.h"

namespace corpusmill {

class CharCuts {
 public:
  // `pieces`: every byte string that a merge can make, any other string that must not be cut in two
  // (a whole pretoken that is in the vocabulary), in any order. They may begin and end inside a
  // character; nothing is kept of them.
  explicit CharCuts(std::span<const std::string_view> pieces);

  // Cuts text[begin, end) and writes the ends of the parts, ascending, the last one `end`; stops
  // early when `ends` is full, then the last one written is where to go on. Returns how many. Cuts
  // stand between two well-formed characters only. begin < end; `ends` not empty. Reads nothing
  // outside [begin, end). Const, thread-safe.
  std::size_t cut(std::string_view text, std::uint32_t begin, std::uint32_t end,
                  std::span<std::uint32_t> ends) const;

  // Whether much of text[begin, …) is not ASCII and cut_wide() can go on from there: never where
  // the processor cannot do it.
  bool is_wide(std::string_view text, std::size_t begin) const;
  // Cuts text[begin, size), in which pretokens begin at `starts`, as cut() does, but not between
  // characters of ASCII: many characters at a time, until the text ends, what follows is mostly
  // ASCII, or fewer than kWideRoom of `ends` are left. Returns how many ends it wrote, at least
  // one; the last is where to go on. An end has `part_flag` where its unit is part of a pretoken
  // only. A unit begins at `begin`; ends.size() > kWideRoom.
  std::size_t cut_wide(std::string_view text, PretokenStarts starts, std::uint32_t begin,
                       std::uint32_t part_flag, std::span<std::uint32_t> ends) const {
    return cut_wide_(*this, text, starts, begin, part_flag, ends);
  }
  static constexpr std::size_t kWideRoom = 32;

  // Whether text may be cut between these two characters.
  bool may_cut(char32_t left, char32_t right) const;

 private:
  friend struct CharCutsSimd;
  static constexpr std::size_t kWideBytesMin = 16;  // of 64 that are not ASCII
  static constexpr std::uint32_t kPairFactor = 0x9E3779B1;
  static constexpr std::uint32_t kOpenSlots = 4096;
  static constexpr std::uint8_t kOpenAfter = 1, kOpenBefore = 2;

  static std::size_t open_slot(std::uint32_t code_point) { return code_point % kOpenSlots; }
  void add(std::string_view piece, std::vector<std::uint64_t>& pairs);
  bool has(std::uint32_t left, std::uint32_t right) const;
  std::uint32_t place_of(std::uint32_t left, std::uint32_t right) const {
    return ((left << 16 | left >> 16) ^ right) * kPairFactor >> shift_;
  }

  // Pairs that some piece has, but those of ASCII, by hash. A character that a piece has in part
  // only, because it begins or ends inside, stands there as its last or its first byte.
  std::vector<std::uint64_t> bits_;
  unsigned shift_ = 0;
  std::array<std::array<std::uint64_t, 2>, 128> ascii_{};  // exact: bit `right` of row `left`
  // Where such parts are to be thought of: characters, by hash, that stand beside one in a piece;
  // pairs of two parts by the low 6 bits of the two bytes.
  std::array<std::uint8_t, kOpenSlots + 3> open_{};  // any four can be read at once
  std::array<std::uint64_t, 64> open_pairs_{};
  // Of open_pairs_ the left bytes, by their low 5 bits, by the low 4 bits of the right byte.
  std::array<std::uint32_t, 16> open_rows_{};
  CutWide cut_wide_ = choose_cut_wide();
};

}  // namespace corpusmill
