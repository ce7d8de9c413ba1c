// What a byte-level BPE is, checked and resolved to ids; made from a Hugging Face tokenizer.json or
// from ranks (rank_tokenizer.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/byte_level/bpe_model.h"
#include "tokenizer/split/pretokenizer.h"
#include "tokenizer/text/text_normalizer.h"
#include "tokenizer/text/vocabulary.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/tokenizer_json.h"

namespace corpusmill {

struct ByteLevelSpec {
  Vocabulary vocabulary;  // as the file spells it, in the byte alphabet; added tokens included
  std::vector<AddedToken> added_tokens;
  std::vector<PretokenStage> stages;
  BpeTables tables;
  TextNormalizer normalizer;                             // before pretokens are cut
  std::string_view kind = "byte-level-bpe";              // Tokenizer::kind()
  SpecialInText default_policy = SpecialInText::kParse;  // Tokenizer::default_policy()
  std::string normalizer_text, splitter_text;            // in words
  std::string warning;  // what the file asks for and is not done; empty if nothing
};

// Throws Error: kMismatch for a tokenizer whose ids could not be proven equal to the reference
// library's, naming the part; kCorrupt for a part that is damaged.
ByteLevelSpec byte_level_spec(TokenizerJson json);

}  // namespace corpusmill
