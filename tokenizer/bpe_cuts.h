// Where the text of a byte-level BPE may be cut.
#pragma once

#include <optional>

#include "tokenizer/bpe_model.h"
#include "tokenizer/char_cuts.h"

namespace corpusmill {

// None where what a text becomes may not be that of its parts, because an id can come about in ways
// that spell differently; where the tables are so large that nobody would find out; where ids have
// no room in a word (tokenizer/id_words.h).
std::optional<CharCuts> bpe_cuts(const BpeTables& tables);

}  // namespace corpusmill
