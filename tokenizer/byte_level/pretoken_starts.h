// Where pretokens begin, a bit a byte, for CharCuts::cut_wide().
#pragma once

#include <cstdint>
#include <span>

#include "tokenizer/bpe/char_cuts_simd.h"

namespace corpusmill {

// Of the pretokens that end at `ends`, the first from 0; there is one at least. Valid until the
// thread's next call.
PretokenStarts mark_pretoken_starts(std::span<const std::uint32_t> ends);

}  // namespace corpusmill
