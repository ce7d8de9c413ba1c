// sentencepiece models, through the sentencepiece library.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace corpusmill {

// `model` is the content of a .model file. Throws Error: kCorrupt if it is damaged, kMismatch for a
// model type other than BPE and Unigram, or if this build has no sentencepiece.
std::unique_ptr<Tokenizer> make_sentencepiece_tokenizer(std::string_view model,
                                                        const std::string& file_name);

}  // namespace corpusmill
