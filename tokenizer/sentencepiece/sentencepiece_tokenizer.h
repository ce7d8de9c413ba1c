// sentencepiece models: Unigram, word and char by engines of our own, BPE through the library.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace corpusmill {

// `model` is the content of a .model file. Throws Error: kCorrupt if it is damaged, kMismatch if it
// cannot be encoded exactly, or is a BPE model and this build has no sentencepiece.
std::unique_ptr<Tokenizer> make_sentencepiece_tokenizer(std::string_view model,
                                                        const std::string& file_name);

}  // namespace corpusmill
