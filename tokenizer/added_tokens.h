// Finds added tokens in text, as the reference library does: leftmost, then longest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/text/byte_trie.h"
#include "tokenizer/text/prefix_scanner.h"

namespace corpusmill {

// An entry of tokenizer.json's added_tokens. lstrip and rstrip take the white space beside the
// token into it; single_word matches only where no word character touches it; normalized matches
// after normalization instead of before.
struct AddedToken {
  TokenId id = 0;
  std::string content;
  bool special = false, lstrip = false, rstrip = false, single_word = false, normalized = false;
};

// A stretch of text: an added token, or what stands between them (token is null).
struct TextSection {
  const AddedToken* token;
  std::string_view text;
};

class AddedTokenMatcher {
 public:
  // Contents are distinct and not empty. Throws Error(kMismatch) where they take too much memory.
  explicit AddedTokenMatcher(std::vector<AddedToken> tokens);

  // Cuts `text` into sections, in order, none empty. With `special_as_text` tokens marked special
  // are passed over: their text stays in the section around them, and the search goes on behind.
  // Returns how many special tokens the text spells, either way. Sections point into this object
  // and into `text`; `sections` is overwritten.
  std::size_t split(std::string_view text, bool special_as_text,
                    std::vector<TextSection>& sections) const;

  // A quick look: false only if split() finds no token, special or not. For most text it is.
  bool may_occur_in(std::string_view text) const {
    return !tokens_.empty() && scanner_.next(text, 0) < text.size();
  }

  bool empty() const { return tokens_.empty(); }
  const std::vector<AddedToken>& tokens() const { return tokens_; }

 private:
  // The longest token that starts at `at`; null if none does.
  const AddedToken* match_at(std::string_view text, std::size_t at) const;

  std::vector<AddedToken> tokens_;
  ByteTrie trie_;  // contents to places in tokens_
  PrefixScanner scanner_;
};

}  // namespace corpusmill
