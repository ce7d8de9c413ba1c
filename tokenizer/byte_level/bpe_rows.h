// Pretokens on their way through the merges without a cache: rows of bytes, many side by side.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/char_cuts.h"
#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/byte_level/whole_pretokens.h"

namespace corpusmill {

// Scratch of one thread.
class BpeRows {
 public:
  struct Tables {
    const CharCuts* cuts;  // where text may be cut, or nullptr
    const std::array<TokenId, 256>& byte_ids;
    const WholePretokens* whole_pretokens;  // those are one id; nullptr: none is
  };
  // Makes rows of the pretokens text[ends[i - 1], ends[i]), the first from `begin`: of as many as
  // a few thousand bytes hold, and of one at least. Returns of how many. `ends` is not empty and
  // ascends strictly; text.size() < 2^32.
  std::size_t take(const Tables& tables, std::string_view text, std::uint32_t begin,
                   std::span<const std::uint32_t> ends);
  // What the pretokens taken last became. Valid until the next take().
  std::span<const TokenId> merge(const MergeTable& merges);

 private:
  static constexpr std::size_t kSymbols = 4096;
  static constexpr std::size_t kSymbolsKept = std::size_t{1} << 20;

  // Symbols up to `end` are one row's, or go in one row with those before if `joins` and there is
  // room.
  void add(std::uint32_t end, bool joins);
  // The same of bytes [at, end) between all their cuts.
  void add_cut(const CharCuts& cuts, std::string_view text, std::uint32_t at, std::uint32_t end,
               bool joins);
  // Has the symbols of the pretoken at `at` follow those before it; true if it is one id, which
  // then is there.
  bool close_up(const WholePretokens& whole_pretokens, std::string_view pretoken, std::uint32_t at);
  std::uint32_t symbol_at(std::uint32_t byte) const { return byte - begin_ - fewer_; }

  std::vector<TokenId> symbols_;
  std::vector<std::uint32_t> ends_;  // of rows
  std::size_t row_max_ = 0;          // symbols that a row of several parts may have
  std::uint32_t begin_ = 0;          // of the text
  std::uint32_t row_begin_ = 0;      // of the last row, in symbols
  std::uint32_t fewer_ = 0;          // symbols than bytes up to here: some pretokens are one
};

}  // namespace corpusmill
