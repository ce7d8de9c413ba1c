// "merges" of a tokenizer.json's model: pairs of tokens, resolved to ids.
#pragma once

#include <simdjson.h>

#include <vector>

#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/tokenizer_json.h"

namespace corpusmill {

// Every merge is "left right" or ["left", "right"]; both and what they make are in
// file.vocabulary. Ranks are the list's order, from 0. A long list is resolved by several threads.
// Throws Error (kCorrupt) that tells the merge's number.
std::vector<MergeTable::Merge> read_merge_list(const simdjson::dom::array& list,
                                               const TokenizerJson& file);

}  // namespace corpusmill
