// The user-defined pieces of a sentencepiece model: found wherever a text spells them, before
// anything else looks at it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tokenizer/sentencepiece/sentencepiece_vocabulary.h"
#include "tokenizer/text/byte_trie.h"

namespace corpusmill {

// Const after construction, safe from any number of threads.
class UserDefinedPieces {
 public:
  UserDefinedPieces() = default;  // none
  // Throws Error kMismatch if they are too large for a trie.
  UserDefinedPieces(const SentencepieceVocabulary& vocabulary, const std::string& file_name);

  // The bytes of the longest one that `text` begins with, 0 if there is none. Like the library it
  // looks at 64 at most, the shorter ones first.
  std::size_t longest_prefix(std::string_view text) const;
  bool any_begins_with(unsigned char byte) const {
    return trie_ && trie_->child(ByteTrie::kRoot, byte) != ByteTrie::kNone;
  }

 private:
  std::optional<ByteTrie> trie_;
};

}  // namespace corpusmill
