// What `inspect` says about a set of shards, as text for people and as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "prep/shards/shard_set.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {

std::string set_summary_text(const ShardSet& set);
nlohmann::json set_summary_json(const ShardSet& set);

// Tokens [first, first + count) with their documents; with a tokenizer, also decoded.
// {"at", "ids", "pieces", "text", "documents": [{"document", "begin", "end", "input", "line"}]};
// without a tokenizer "pieces" and "text" are null.
nlohmann::json window_json(const ShardSet& set, const ShardSetReader& reader, std::uint64_t first,
                           std::uint64_t count, const Tokenizer* tokenizer);
std::string window_text(const nlohmann::json& window);

// Throws Error(kMismatch) naming the differing fields if the ids were made by another tokenizer, or
// cannot have been made by this one.
void require_same_tokenizer(const ShardSet& set, const Tokenizer& tokenizer);

}  // namespace corpusmill
