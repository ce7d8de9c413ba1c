// What a Hugging Face tokenizer.json of a byte-level BPE says, checked and resolved to ids.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/bpe_model.h"
#include "tokenizer/pretokenizer.h"

namespace corpusmill {

struct ByteLevelSpec {
  std::vector<std::string> spellings;  // by id, as the file spells them; empty: no such id
  std::unordered_map<std::string, TokenId> ids;  // the same, the other way round
  std::vector<AddedToken> added_tokens;
  std::vector<PretokenStage> stages;
  BpeTables tables;
  bool nfc = false;     // normalize to NFC before pretokens are cut
  std::string warning;  // what the file asks for and is not done; empty if nothing
};

// `file_name` is for messages. Throws Error: kCorrupt for a damaged file, kMismatch for a tokenizer
// whose ids could not be proven equal to the reference library's, naming the part. Memory is
// bounded by a few times the size of `bytes`; ids end at kTokenIdsMax.
ByteLevelSpec parse_tokenizer_json(std::string_view bytes, const std::string& file_name);

inline constexpr TokenId kTokenIdsMax = TokenId{1} << 22;

}  // namespace corpusmill
