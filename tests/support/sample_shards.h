// Small sets of shards for tests, a pure function of the seed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "common/document_index.h"
#include "common/manifest.h"

namespace corpusmill {

struct SampleDocument {
  std::vector<TokenId> ids;
  DocumentOrigin origin;
};

// Documents of 0 to `tokens_max` ids below `vocabulary_size`, from two inputs, lines rising.
std::vector<SampleDocument> sample_documents(std::uint64_t seed, std::size_t documents,
                                             std::size_t tokens_max, std::uint64_t vocabulary_size);

// The manifest of a set without shards: two inputs, a tokenizer of `vocabulary_size`, no books.
Manifest sample_manifest(std::uint64_t vocabulary_size);

// Writes `documents` as the set of that prefix: shards of `documents_per_shard`, the last one for
// validation; the manifest last.
Manifest write_sample_set(const std::filesystem::path& prefix,
                          const std::vector<SampleDocument>& documents,
                          std::size_t documents_per_shard, std::uint64_t vocabulary_size);

}  // namespace corpusmill
