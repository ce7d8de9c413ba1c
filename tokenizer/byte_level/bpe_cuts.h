// Where the text of a byte-level BPE may be cut.
#pragma once

#include <optional>

#include "tokenizer/bpe/char_cuts.h"
#include "tokenizer/byte_level/bpe_model.h"

namespace corpusmill {

// All ids that text may become are below.
std::size_t bpe_ids_end(const BpeTables& tables);

// None where what a text becomes may not be that of its parts, because an id can come about in ways
// that spell differently; where the tables are so large that nobody would find out; where ids have
// no room in a word (tokenizer/bpe/id_words.h).
std::optional<CharCuts> bpe_cuts(const BpeTables& tables);

// Whether text may be cut before text[at]: between two well-formed characters that no merge joins.
// 0 < at < text.size().
bool may_cut_at(const CharCuts& cuts, std::string_view text, std::size_t at);

}  // namespace corpusmill
