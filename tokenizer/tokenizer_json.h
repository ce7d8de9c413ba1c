// A Hugging Face tokenizer.json of a BPE model: vocabulary and merges resolved to ids, the small
// parts as the file has them. What the parts mean is for the kinds of tokenizers to say
// (byte_level_spec.h, char_bpe_spec.h).
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/text/vocabulary.h"

namespace corpusmill {

struct TokenizerJson {
  std::string file_name;                  // for messages
  Vocabulary vocabulary;                  // the model's tokens and the added ones
  std::vector<TokenId> outside_model;     // added tokens that the model's vocabulary lacks
  std::vector<MergeTable::Merge> merges;  // ranks in the file's order, from 0
  std::vector<AddedToken> added_tokens;
  nlohmann::json model;                               // without vocab and merges
  nlohmann::json normalizer, pre_tokenizer, decoder;  // null where the file has none
  std::string warning;  // what the file asks for and is not done; empty if nothing

  // Throw Error: the file is damaged; its ids could not be proven (`what` names the part).
  [[noreturn]] void corrupt(const std::string& what) const;
  [[noreturn]] void unsupported(const std::string& what) const;
  // The member of that name as a switch; false where it is missing or null.
  bool flag(const nlohmann::json& object, const char* name) const;
};

// "type" of a part; "(none)" where there is none.
std::string type_of(const nlohmann::json& part);

// The whole file is validated: UTF-8, RFC 8259, nesting up to 1,024. Throws Error: kCorrupt for a
// damaged file, kMismatch for a model that is no BPE. Memory is bounded by ten times the size of
// `bytes`, which are read where they stand if their capacity is what read_file() leaves.
TokenizerJson parse_tokenizer_json(const std::string& bytes, const std::string& file_name);

}  // namespace corpusmill
