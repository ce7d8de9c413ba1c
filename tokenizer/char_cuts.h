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

  // Whether text may be cut between these two characters.
  bool may_cut(char32_t left, char32_t right) const;

 private:
  void add(std::string_view piece, std::vector<std::uint64_t>& pairs);
  bool has(std::uint32_t left, std::uint32_t right) const;

  // Pairs that some piece has, but those of ASCII, by hash. A character that a piece has in part
  // only, because it begins or ends inside, stands there as its last or its first byte.
  std::vector<std::uint64_t> bits_;
  unsigned shift_ = 0;
  std::array<std::array<std::uint64_t, 2>, 128> ascii_{};  // exact: bit `right` of row `left`
  // Where such parts are to be thought of: characters, by hash, that stand beside one in a piece;
  // pairs of two parts by the low 6 bits of the two bytes.
  std::array<std::uint8_t, 4096> open_{};
  std::array<std::uint64_t, 64> open_pairs_{};
};

}  // namespace corpusmill
