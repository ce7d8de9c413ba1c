// The pre-tokenizers of published tokenizers that have a splitter of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "tokenizer/split/scalar_matchers.h"
#include "tokenizer/split/text_splitter.h"

namespace corpusmill {

// How a splitter works; the pieces are the same.
enum class SplitterLevel : std::uint8_t { kScalar, kAvx2, kAvx512 };
// What this processor can do.
SplitterLevel best_splitter_level();

std::shared_ptr<const TextSplitter> make_gpt2_splitter(SplitterLevel level);
std::shared_ptr<const TextSplitter> make_cl100k_splitter(const Cl100kOptions& options,
                                                         SplitterLevel level);

std::shared_ptr<const TextSplitter> make_o200k_splitter(const O200kOptions& options,
                                                        SplitterLevel level);

// Of the three expressions of DeepSeek V3.
std::shared_ptr<const TextSplitter> make_deepseek_numbers_splitter();
std::shared_ptr<const TextSplitter> make_deepseek_cjk_splitter();
std::shared_ptr<const TextSplitter> make_deepseek_words_splitter();

struct KnownSplitter {
  std::shared_ptr<const TextSplitter>
      splitter;              // matches, and what stands between them, are pieces
  bool matches_all = false;  // nothing stands between the matches
};
// For a regular expression that is one of ours to the letter; without splitter if it is not.
KnownSplitter find_known_splitter(std::string_view regex,
                                  SplitterLevel level = best_splitter_level());

}  // namespace corpusmill
