// Finds added tokens in text, as the reference library does: leftmost, then longest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"

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
  // Contents are distinct and not empty.
  explicit AddedTokenMatcher(std::vector<AddedToken> tokens);

  // Cuts `text` into sections, in order, none empty. With `special_as_text` tokens marked special
  // are passed over: their text stays in the section around them, and the search goes on behind.
  // Returns how many special tokens the text spells, either way. Sections point into this object
  // and into `text`; `sections` is overwritten.
  std::size_t split(std::string_view text, bool special_as_text,
                    std::vector<TextSection>& sections) const;

  bool empty() const { return tokens_.empty(); }
  const std::vector<AddedToken>& tokens() const { return tokens_; }

 private:
  const AddedToken* match_at(std::string_view text, std::size_t at) const;

  std::vector<AddedToken> tokens_;          // by first byte, then longest first
  std::array<std::uint32_t, 257> first_{};  // tokens_[first_[b], first_[b + 1]) start with byte b
};

}  // namespace corpusmill
