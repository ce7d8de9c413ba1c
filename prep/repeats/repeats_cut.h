// A set of shards without what it repeats.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/text_codec.h"
#include "common/token_shard_format.h"
#include "prep/repeats/repeated_spans.h"
#include "prep/repeats/shard_corpus.h"
#include "prep/shards/shard_set_writer.h"

namespace corpusmill {

// Whether a character's bytes lie on both sides of ids[at].
bool splits_character(const TextCodec& codec, std::span<const TokenId> ids, std::uint64_t at);

// The cut without what would split a character at its ends: it moves inwards, by three tokens at
// most at either end; empty if nothing is left.
TokenRange clean_cut(const TextCodec& codec, std::span<const TokenId> ids, TokenRange cut);

// Publishes the shards under `names`, train and then validation; the caller commits the manifest.
// `spans` rise. A document of which only BOS and EOS would be left is dropped.
std::vector<ShardInfo> write_without_repeats(const ShardCorpus& corpus,
                                             std::span<const RepeatedSpan> spans,
                                             const TextCodec& codec, const ShardSetNames& names,
                                             const ShardSetOptions& options);

}  // namespace corpusmill
