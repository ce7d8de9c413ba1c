// All tokens of a set of shards in memory, train first, then validation, and its documents.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/document_index.h"
#include "prep/repeats/repeated_spans.h"
#include "prep/shards/shard_set.h"

namespace corpusmill {

struct CorpusDocument {
  Split split = Split::kTrain;
  std::uint64_t number = 0;  // within the split
  DocumentOrigin origin;
  TokenRange tokens;  // of the corpus, BOS and EOS included
};

class ShardCorpus {
 public:
  // What it takes, with the search for repeated spans.
  static std::uint64_t bytes_for(const ShardSet& set);

  // Throws Error(kUsage) for a set without a document index.
  explicit ShardCorpus(const ShardSet& set);

  PackedTokens tokens() const { return {bytes_, width_}; }
  std::vector<TokenId> ids(const TokenRange& range) const;

  const std::vector<CorpusDocument>& documents() const { return documents_; }
  const CorpusDocument& document_at(std::uint64_t position) const;
  // The document without the BOS and EOS that the set's documents have.
  TokenRange text_of(const CorpusDocument& document) const;

 private:
  void add(const ShardSet& set, Split split);

  bool bos_, eos_;
  std::uint64_t width_;
  std::vector<std::uint8_t> bytes_;
  std::vector<CorpusDocument> documents_;
};

}  // namespace corpusmill
