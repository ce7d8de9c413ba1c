// Byte-pair encoding over characters as the textbook has it: slow, obvious, and only for tests to
// compare with.
#pragma once

#include <string_view>
#include <vector>

#include "tokenizer/char_bpe/char_bpe_spec.h"

namespace corpusmill::reference {

// The ids of one section of valid UTF-8: marks are written out, characters stand in a row, and
// again and again the best pair of neighbours in the whole row is joined.
std::vector<TokenId> encode_char_bpe(const CharBpeSpec& spec, std::string_view section,
                                     bool at_start);

}  // namespace corpusmill::reference
