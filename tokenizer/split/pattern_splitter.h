// The Split pre-tokenizer: cuts where a pattern matches, and does one of several things with the
// matches.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/split/pretoken_stage.h"

namespace corpusmill {

enum class SplitBehavior : std::uint8_t {
  kIsolated,            // matches and what stands between them are pieces
  kRemoved,             // what stands between the matches
  kMergedWithPrevious,  // a match ends the piece before it
  kMergedWithNext,      // a match begins the piece behind it
  kContiguous,          // matches that touch are one piece
};

// `regex` is Oniguruma's; `invert`: what stands between the matches counts as the matches. Throws
// std::invalid_argument naming what of the expression cannot be proven to mean the same. The stage
// throws Error(kMismatch) naming the expression where a text takes more steps than it may.
PretokenStage make_split_stage(const std::string& regex, SplitBehavior behavior, bool invert);

}  // namespace corpusmill
