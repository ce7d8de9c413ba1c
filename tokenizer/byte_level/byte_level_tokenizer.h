// Byte-level BPE with the ids of the reference libraries, Hugging Face tokenizers and tiktoken.
#pragma once

#include <memory>
#include <string>

#include "tokenizer/byte_level/byte_level_spec.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {

std::unique_ptr<Tokenizer> make_byte_level_tokenizer(ByteLevelSpec spec, SpecialIds special_ids,
                                                     std::string digest);

}  // namespace corpusmill
