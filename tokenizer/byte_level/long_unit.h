// A long unit of a byte-level BPE on its way through the merges: rows of bytes between places where
// it may be cut, many side by side, some thousand bytes at a time. Its memory is that of these.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/char_cuts.h"
#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/bpe/row_chunks.h"

namespace corpusmill {

// Scratch of one thread.
class LongUnit {
 public:
  // From so many bytes on it is better than BpeRows.
  static constexpr std::size_t kBytesMin = RowChunks::kChunkSymbols;

  // Appends what the unit becomes. `cuts`: where it may be cut, if anywhere. unit.size() < 2^32.
  void merge(const MergeTable& merges, const std::array<TokenId, 256>& byte_ids,
             const std::optional<CharCuts>& cuts, std::string_view unit, std::vector<TokenId>& out);

 private:
  // Merges the rows of the unit from `at` on: up to a place some thousand bytes on where it may be
  // cut, or to its end. Returns where that is.
  std::size_t merge_some(const MergeTable& merges, const std::array<TokenId, 256>& byte_ids,
                         const std::optional<CharCuts>& cuts, std::string_view unit, std::size_t at,
                         std::vector<TokenId>& out);

  RowChunks chunks_;                 // for a long row without cuts
  std::vector<TokenId> symbols_;     // of the other rows
  std::vector<std::uint32_t> ends_;  // of these
};

}  // namespace corpusmill
