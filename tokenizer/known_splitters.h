// The pre-tokenizers of published tokenizers that have a splitter of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "tokenizer/scalar_matchers.h"
#include "tokenizer/text_splitter.h"

namespace corpusmill {

// How a splitter works; the pieces are the same.
enum class SplitterLevel : std::uint8_t { kScalar, kAvx2, kAvx512 };
// What this processor can do.
SplitterLevel best_splitter_level();

std::shared_ptr<const TextSplitter> make_gpt2_splitter(SplitterLevel level);
std::shared_ptr<const TextSplitter> make_cl100k_splitter(const Cl100kOptions& options,
                                                         SplitterLevel level);

// The splitter of a regular expression that is one of ours to the letter; null if it is not. What
// these expressions match is all of a text, without gaps.
std::shared_ptr<const TextSplitter> find_known_splitter(
    std::string_view regex, SplitterLevel level = best_splitter_level());

}  // namespace corpusmill
