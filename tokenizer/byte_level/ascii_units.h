// Pretokens of ASCII as units, many at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "tokenizer/bpe/char_cuts.h"

namespace corpusmill::ascii_units {

// Writes the ends of the pretokens that end in text(begin, stop], ascending, but no more than there
// is room for; returns how many. chars[i] is the byte of the one that ends at ends[i] if it has no
// other, else CharCuts::kNoChar; there is as much room for them. A pretoken begins at `begin`, all
// of text[begin, stop) is ASCII, and `starts` has a bit at the end of the text too.
using Take = std::size_t (*)(std::string_view text, PretokenStarts starts, std::uint32_t begin,
                             std::size_t stop, std::span<std::uint32_t> ends, std::uint32_t* chars);

// The ways to do it that this processor has, the fastest first.
std::span<const Take> takers();

}  // namespace corpusmill::ascii_units
