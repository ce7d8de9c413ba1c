// Joins sets of shards of one tokenizer into one set, document by document, in the order given.
// Streams: no more than one document of ids is in memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "common/manifest.h"
#include "common/token_shard_format.h"
#include "prep/shards/shard_set.h"

namespace corpusmill {

// Whether the sets can be joined: same tokenizer, BOS and EOS; a bare set joins any of the same
// vocabulary size. Throws Error(kMismatch) naming every differing field.
void require_compatible(const std::vector<ShardSet>& sets);

// What the merged manifest will say, shards left out: inputs in order, books and tokens per source
// summed (left empty where a set has none). Reads bare files for their digests.
Manifest merged_manifest(const std::vector<ShardSet>& sets, std::uint64_t shard_tokens);

// Writes the shards under `names` and returns `manifest` with them; the caller commits it. Without
// an index in every source there is none in the result. `tokens_done` is told of tokens as they are
// written.
Manifest write_merged(const std::vector<ShardSet>& sets, Manifest manifest,
                      std::uint64_t shard_tokens, const ShardSetNames& names,
                      const std::function<void(std::uint64_t)>& tokens_done);

bool all_have_index(const std::vector<ShardSet>& sets);

}  // namespace corpusmill
