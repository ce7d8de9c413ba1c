// The texts of a BPE over characters as the engine sees text: with ' ' for the mark, where a space
// is one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/char_bpe/char_bpe_spec.h"
#include "tokenizer/text/byte_trie.h"

namespace corpusmill {

// The text with every `from` as `to`.
std::string replaced(std::string_view text, std::string_view from, std::string_view to);

// The texts that merges make. One with a space of its own is never met.
std::vector<std::string> made_pieces(const CharBpeSpec& spec);

// The atomic pieces, by their texts: ids, or kNoAtomicPiece. Nothing if there are none, or too many
// for a trie.
inline constexpr TokenId kNoAtomicPiece = ~TokenId{0};
std::optional<ByteTrie> atomic_trie(const CharBpeSpec& spec);

}  // namespace corpusmill
