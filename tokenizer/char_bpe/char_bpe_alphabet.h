// What each character is to a BPE over characters: the symbol it starts as, and whether a merge can
// reach across its sides.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/char_bpe/char_bpe_spec.h"

namespace corpusmill {

// U+2581, which stands for a space.
inline constexpr std::uint32_t kSpaceMark = 0x2581;
inline constexpr std::string_view kSpaceMarkUtf8 = "\xE2\x96\x81";

// Symbols of characters that no symbol is spelled like: this and the code point. They never merge.
inline constexpr TokenId kStrangeSymbol = MergeTable::kIdsMax;

class CharBpeAlphabet {
 public:
  // Bits of an entry. The lowest 22 are the symbol, if there is one.
  static constexpr std::uint32_t kSymbolMask = MergeTable::kIdsMax - 1;
  static constexpr std::uint32_t kHasSymbol = 1U << 22;
  static constexpr std::uint32_t kKnown = 1U << 23;  // the symbol is a token
  // Unknown, and not written as the bytes of the character itself: a space that stands for a mark.
  static constexpr std::uint32_t kIndirect = 1U << 24;
  static constexpr std::uint32_t kJoinsBefore = 1U << 30;  // a merge can reach across its left side
  static constexpr std::uint32_t kJoinsAfter = 1U << 31;   // or its right side

  // `pieces`: what merges can make, with ' ' for the mark if `space_is_mark`.
  CharBpeAlphabet(const CharBpeSpec& spec, const std::vector<std::string_view>& pieces);

  // Where the entries are, for a loop that keeps it in registers.
  struct Table {
    const std::uint32_t* pages;
    const std::uint32_t* entries;
    std::uint32_t entry(std::uint32_t code_point) const {
      return entries[pages[code_point >> 8] | (code_point & 0xFF)];
    }
  };
  Table table() const { return {pages_.data(), entries_.data()}; }

  // `code_point` < 0x110000. With space_is_mark a space and the mark have the same entry.
  std::uint32_t entry(std::uint32_t code_point) const { return table().entry(code_point); }
  TokenId symbol(std::uint32_t code_point) const {
    const std::uint32_t found = entry(code_point);
    return (found & kHasSymbol) != 0 ? found & kSymbolMask : kStrangeSymbol + code_point;
  }
  // Of those below 128.
  const std::array<TokenId, 128>& ascii_symbols() const { return ascii_symbols_; }

 private:
  std::uint32_t& entry_to_change(std::uint32_t code_point);

  std::vector<std::uint32_t> pages_;    // by code point / 256: where the page's entries start
  std::vector<std::uint32_t> entries_;  // the first page is all zero, and most of `pages_` is there
  std::array<TokenId, 128> ascii_symbols_;
};

}  // namespace corpusmill
