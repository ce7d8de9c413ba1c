// What travels from the parser to the shards: the documents of a batch and, beside them, what the
// stages found out. One entry per document in each list, dropped ones included.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/token_id.h"
#include "prep/record/document.h"

namespace corpusmill {

struct EncodedDocument {
  // Found by a parallel stage, applied after dedup: a repeat is a repeat, whatever its length.
  std::optional<DropReason> text_refusal;
  // It reached the encoder: neither broken nor a repeat nor refused for its text's length.
  bool candidate = false;
  // An earlier run has put it into a published shard: it is not encoded again.
  bool published = false;
  std::uint64_t ids_begin = 0;  // EncodedBatch::ids[ids_begin, ids_begin + ids_count)
  std::uint64_t ids_count = 0;
  std::uint64_t specials = 0;
};

struct EncodedBatch {
  DocumentBatch batch;
  std::vector<EncodedDocument> encoded;
  std::vector<TokenId> ids;
  bool undecided = false;  // it comes again in a later reading of the input
};

}  // namespace corpusmill
