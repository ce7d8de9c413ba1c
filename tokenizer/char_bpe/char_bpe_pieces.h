// The texts of a BPE over characters as the engine sees text: with ' ' for the mark, where a space
// is one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/char_bpe/char_bpe_spec.h"
#include "tokenizer/text/byte_trie.h"

namespace corpusmill {

// The text with every `from` as `to`.
std::string replaced(std::string_view text, std::string_view from, std::string_view to);

// The texts that merges make, those with a space of their own left out: they are never met.
class MadePieces {
 public:
  // Of spec.merges or what has been taken from there.
  MadePieces(const CharBpeSpec& spec, const std::vector<MergeTable::Merge>& merges);
  const std::vector<std::string_view>& texts() const { return texts_; }  // valid as long as *this

 private:
  std::vector<char> bytes_;
  std::vector<std::string_view> texts_;
};

// The atomic pieces, by their texts: ids, or kNoAtomicPiece. Nothing if there are none, or too many
// for a trie.
inline constexpr TokenId kNoAtomicPiece = ~TokenId{0};
std::optional<ByteTrie> atomic_trie(const CharBpeSpec& spec);

}  // namespace corpusmill
