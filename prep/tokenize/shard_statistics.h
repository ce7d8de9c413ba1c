// Numbers about token shards: of a manifest, or of a bare .bin.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/progress.h"
#include "common/token_id.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {

struct ShardStatisticsOptions {
  const Tokenizer* tokenizer = nullptr;  // to spell tokens; must be the manifest's own
  int threads = 1;
};

// {"manifest", "tokenizer", "inputs", "books", "splits": {split: {"shards", "documents", "tokens",
// "lengths"}}, "shards": [...], "vocabulary": TokenCounts::to_json(), "tokens_by_source"}.
// Document lengths are in tokens, BOS and EOS included, from the document index; null without one.
// Throws Error: kMismatch for another tokenizer, what Manifest::load throws, kCorrupt for a shard.
nlohmann::json shard_statistics(const std::filesystem::path& manifest_path,
                                const ShardStatisticsOptions& options, Progress& progress);

// A file of ids without a manifest. `vocabulary_size` 0: unknown, so nothing is said of it.
nlohmann::json bare_shard_statistics(const std::filesystem::path& path, TokenWidth width,
                                     std::uint64_t vocabulary_size,
                                     const ShardStatisticsOptions& options, Progress& progress);

// Whether the file is a manifest of ours, by its first bytes. Throws Error(kInputIo).
bool looks_like_manifest(const std::filesystem::path& path);

}  // namespace corpusmill
