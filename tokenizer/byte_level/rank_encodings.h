// What published rank files leave to the program that reads them: the regular expression that cuts
// text, and the special tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/added_tokens.h"

namespace corpusmill {

struct RankEncoding {
  std::string name;     // "cl100k_base"
  std::string pattern;  // as Split of a tokenizer.json has it
  std::vector<AddedToken> specials;
  bool nfc = false;  // its tokenizer normalizes the text to NFC first
};

// By the digest of the rank file (digest_of(bytes).hex()).
std::optional<RankEncoding> find_rank_encoding(std::string_view digest);

// The regular expression, as Split of a tokenizer.json has it, of the encoding of that name or of
// that published expression.
std::optional<std::string> find_rank_pattern(std::string_view text);

// A part of the expression that tiktoken's engine may read otherwise than that of a tokenizer.json;
// empty if there is none.
std::string_view find_ambiguity(std::string_view pattern);

// The names, for messages: "cl100k_base, o200k_base, …".
std::string rank_encoding_names();

}  // namespace corpusmill
