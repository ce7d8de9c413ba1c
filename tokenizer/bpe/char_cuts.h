// Where text may be cut between two characters without changing what BPE makes of it.
//
// If every result of a merge is the concatenation of its parts, and no result that occurs in the
// text lies across a place p between two initial symbols, then BPE(text) = BPE(before p) +
// BPE(after p): the first symbol across p would be such a result, so none comes to be; merges on
// the two sides touch different symbols, and their order restricted to a side is that side's own.
//
// The test here is local and never wrong in the direction that matters: a place is cut unless some
// result has these two characters side by side (or the part of them that it holds, where it begins
// or ends inside one). Pairs are kept by hash alone, so a few places stay uncut that could be cut.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizer/bpe/char_cuts_simd.h"

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

  // Whether much of text[begin, …) is not ASCII.
  static bool is_wide(std::string_view text, std::size_t begin);
  // Cuts text[begin, size), in which pretokens begin at `starts`, as cut() does, but not between
  // characters of ASCII: over many pretokens, until the text ends, what follows is mostly
  // ASCII, or fewer than kWideRoom of `ends` are left. Returns how many ends it wrote, at least
  // one; the last is where to go on. An end has `part_flag` where its unit is part of a pretoken
  // only. chars[i] is the code point of unit i if it is one character, else kNoChar or another
  // number that is no code point; with a `part_flag` that of whole pretokens is kNoChar too. A unit
  // begins at `begin`; ends.size() > kWideRoom, and `chars` has as much room.
  std::size_t cut_wide(std::string_view text, PretokenStarts starts, std::uint32_t begin,
                       std::uint32_t part_flag, std::span<std::uint32_t> ends,
                       std::uint32_t* chars) const {
    return cut_wide_(*this, text, starts, begin, part_flag, ends, chars);
  }
  // The ways to do that which this processor has, all with the same cuts; the first is the fastest
  // where few pairs of whole characters are known, or where many are.
  static std::vector<CutWide> wide_cutters(bool pairs_are_rare);
  static constexpr std::size_t kWideRoom = 32;
  static constexpr std::uint32_t kNoChar = ~std::uint32_t{0};

  // Whether text may be cut between these two characters.
  bool may_cut(char32_t left, char32_t right) const;

 private:
  friend struct CharCutsSimd;
  friend struct CharCutsAvx2;
  friend struct WideCutter;
  static std::size_t cut_wide_portably(const CharCuts& cuts, std::string_view text,
                                       PretokenStarts starts, std::uint32_t begin,
                                       std::uint32_t part_flag, std::span<std::uint32_t> ends,
                                       std::uint32_t* chars);
  static constexpr std::size_t kWideBytesMin = 8;  // of 64 that are not ASCII
  // With so few pairs of whole characters most text has none.
  static constexpr std::size_t kRarePairsMax = 512;
  // Of the sum of products by these of the low halves of two characters, as signed numbers, the
  // upper half says where in pair_words_ the pair is, and three stretches of 5 bits below and
  // beside it which bits it has there.
  static constexpr std::int16_t kLeftFactor = 0x5A27, kRightFactor = -0x3C6B;
  static constexpr unsigned kPairWordShift = 16, kPairBitShifts[] = {11, 6, 1};
  static constexpr std::uint32_t kOpenSlots = 4096;
  static constexpr unsigned kOpenBytes = 16;  // first bytes and last bytes, by their low 4 bits
  // Bytes with these low bits count as such with one less: their bits in open_ say that the
  // character is the left one, or the right one, of some pair.
  static constexpr unsigned kInPair = 1, kLeftOfPair = kInPair, kRightOfPair = kOpenBytes + kInPair;

  // Which of a character's bits in open_ are those of the first byte behind it and the last byte
  // before it.
  static unsigned first_bit(std::uint32_t byte) {
    const unsigned low = byte % kOpenBytes;
    return low - (low == kInPair ? 1 : 0);
  }
  static unsigned last_bit(std::uint32_t byte) { return kOpenBytes + first_bit(byte); }
  static std::size_t open_slot(std::uint32_t code_point) { return code_point % kOpenSlots; }
  void add(std::string_view piece, std::vector<std::uint64_t>& pairs);
  bool has(std::uint32_t left, std::uint32_t right) const;
  // Notes of two parts of characters that some piece has side by side the last byte of the left
  // one; the first byte of the right one, and above it the second, or 0.
  void add_open_pair(std::uint32_t last_byte, std::uint32_t right_bytes);
  bool has_open(std::uint32_t left, std::uint32_t right, std::uint32_t right_first_byte) const;
  static std::uint32_t pair_hash(std::uint32_t left, std::uint32_t right) {
    const std::int32_t products[] = {static_cast<std::int16_t>(left) * kLeftFactor,
                                     static_cast<std::int16_t>(right) * kRightFactor};
    return static_cast<std::uint32_t>(products[0]) + static_cast<std::uint32_t>(products[1]);
  }
  static std::uint32_t pair_bits(std::uint32_t hash) {
    std::uint32_t bits = 0;
    for (const unsigned shift : kPairBitShifts) bits |= std::uint32_t{1} << (hash >> shift) % 32;
    return bits;
  }

  // Pairs of whole characters that some piece has, but those of ASCII: of each three bits of a
  // word, both by its hash.
  std::vector<std::uint32_t> pair_words_;
  std::uint32_t pair_word_mask_ = 0;
  std::array<std::array<std::uint64_t, 2>, 128> ascii_{};  // exact: bit `right` of row `left`
  // Pieces that begin or end inside a character have its last bytes or its first ones beside the
  // next. By character, by hash: bit i for such a piece that goes on behind the character with a
  // first byte of low bits i (but kInPair), bit kOpenBytes + i for one that has a last byte so
  // before it. Those that have part of it too count for all the characters that it may be part of.
  std::array<std::uint32_t, kOpenSlots> open_{};
  CutWide cut_wide_;
};

}  // namespace corpusmill
