// Numbers about the documents of a corpus. Sums and exact distributions only, so that the result
// does not depend on the order in which documents are added.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "prep/statistics/field_statistics.h"
#include "prep/statistics/length_histogram.h"
#include "prep/text/script_class.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {

// How often each id occurs; what vocabularies and shards have in common.
class TokenCounts {
 public:
  explicit TokenCounts(std::uint64_t vocabulary_size) : counts_(vocabulary_size) {}
  // Ids beyond the vocabulary (a damaged shard) make it longer.
  void add(TokenId id) {
    if (id >= counts_.size()) counts_.resize(std::uint64_t{id} + 1);
    ++counts_[id];
  }
  TokenCounts& operator+=(const TokenCounts& other);
  std::uint64_t of(TokenId id) const { return id < counts_.size() ? counts_[id] : 0; }
  // {"vocabulary_size", "used", "unused_share", "most_frequent": [{"id", "count", "token",
  // "text"}]}: the vocabulary's spelling and what it decodes to, left out without a tokenizer.
  nlohmann::json to_json(const Tokenizer* tokenizer) const;

 private:
  std::vector<std::uint64_t> counts_;
};

struct CorpusStatisticsOptions {
  std::string group_field = "source";
  const Tokenizer* tokenizer = nullptr;  // outlives the statistics; may be null
};

// Not thread-safe; each thread keeps its own and they are added up.
class CorpusStatistics {
 public:
  explicit CorpusStatistics(const CorpusStatisticsOptions& options);

  // `json` is the document's line, with simdjson's padding behind it; `text` is its text.
  void add(std::string_view json, std::string_view text);
  CorpusStatistics& operator+=(const CorpusStatistics& other);

  std::uint64_t documents() const { return documents_; }
  std::uint64_t tokens() const { return tokens_; }

  // docs/commands.md, "stats": everything but the books and the duplicates.
  nlohmann::json to_json() const;

 private:
  // Documents by the script of most of their letters, to compare what a token holds in each.
  struct ScriptGroup {
    std::uint64_t documents = 0, bytes = 0, characters = 0, tokens = 0;
  };
  static constexpr std::size_t kMixed = kScriptClassCount;  // behind the scripts themselves
  static std::size_t script_group_of(const TextCounts& counts);
  std::uint64_t count_tokens(std::string_view text);
  nlohmann::json tokens_json() const;

  CorpusStatisticsOptions options_;
  std::uint64_t documents_ = 0, bytes_ = 0, characters_ = 0, words_ = 0, tokens_ = 0;
  std::uint64_t specials_ = 0, documents_with_specials_ = 0;
  std::array<std::uint64_t, kScriptClassCount> by_script_{};
  std::array<ScriptGroup, kScriptClassCount + 1> script_groups_{};
  LengthHistogram byte_lengths_, character_lengths_, word_lengths_, line_lengths_, token_lengths_;
  FieldStatistics fields_;
  TokenCounts token_counts_;
  std::vector<TokenId> ids_;  // scratch
};

}  // namespace corpusmill
