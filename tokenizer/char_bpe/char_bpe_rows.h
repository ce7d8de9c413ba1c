// Text of a BPE over characters on its way through the merges without units and without a cache:
// rows of characters, many side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/bpe/row_chunks.h"
#include "tokenizer/char_bpe/char_bpe_alphabet.h"
#include "tokenizer/char_bpe/char_bpe_cutter.h"

namespace corpusmill {

// Scratch of one thread.
class CharBpeRows {
 public:
  // Makes rows of the text from `at` on, where a unit begins: a few thousand characters, up to a
  // place where it may be cut, or to its end. Returns where that is. text.size() < 2^32.
  std::size_t take(const CharBpeAlphabet& alphabet, const CharBpeCutter& cutter,
                   std::string_view text, std::size_t at);
  // What the rows taken last became. Valid until the next take().
  std::span<const TokenId> merge(const MergeTable& merges);

 private:
  static constexpr std::size_t kSymbols = 4096;
  static constexpr std::size_t kSymbolsKept = std::size_t{1} << 20;
  // A row ends at the first cut behind so many symbols: it may hold several units, which do not
  // touch each other, as long as a lane has room for them.
  static constexpr std::size_t kRowMin = MergeTable::kLaneSymbols * 3 / 4;

  // Adds the symbols of the next kStep bytes and returns true if they are ASCII and none of them
  // has to begin a row. text.size() >= at + kStep.
  static constexpr std::size_t kStep = 8;
  static_assert(kRowMin % kStep == 0);
  static bool add_ascii(const CharBpeAlphabet& alphabet, const CharBpeCutter& cutter,
                        std::string_view text, std::size_t at, TokenId* symbols);

  std::vector<TokenId> symbols_;  // of the rows, and room behind them
  RowChunks chunks_;              // for a row that is longer than these
  std::vector<TokenId> merged_;
  std::vector<std::uint32_t> ends_;  // of rows
};

}  // namespace corpusmill
