// The best segmentation under a Unigram model by the textbook: a table of the best score and its
// last piece for every end, every piece tried at every start. As sentencepiece 0.2.3 sums: float32
// from the start of the text, the first of equals stays, sums beyond 100,000 are rebased.
#pragma once

#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/sentencepiece/sentencepiece_model.h"

namespace corpusmill {

// Ids of normalized text; unknown characters as bytes or <unk>, as the model has it. `pieces` of a
// model with byte fallback begin with the 256 bytes, else with <unk>.
std::vector<TokenId> textbook_unigram(const SentencepieceModel& model, std::string_view normalized);

}  // namespace corpusmill
