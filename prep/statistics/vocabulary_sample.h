// How a tokenizer cuts a sample of documents, in numbers.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace corpusmill {

// Not thread-safe; each thread keeps its own and they are added up.
class VocabularySample {
 public:
  // The tokenizer outlives it.
  explicit VocabularySample(const Tokenizer& tokenizer);

  void add(std::string_view text);
  VocabularySample& operator+=(const VocabularySample& other);

  // {"documents", "tokens", "bytes_per_token", "characters_per_token", "tokens_per_document",
  //  "used_share" (of the vocabulary), "byte_share" (tokens that are one byte of a character),
  //  "unknown_share", "specials" (spelled in the texts)}.
  nlohmann::json to_json() const;
  std::uint64_t documents() const { return documents_; }
  std::uint64_t tokens() const { return tokens_; }

 private:
  const Tokenizer* tokenizer_;
  std::uint64_t documents_ = 0, bytes_ = 0, characters_ = 0, tokens_ = 0, specials_ = 0;
  std::vector<std::uint64_t> counts_;  // by id
  std::vector<TokenId> ids_;           // scratch
};

}  // namespace corpusmill
