// BPE over characters from a Hugging Face tokenizer.json, with the ids of Hugging Face tokenizers.
#pragma once

#include <memory>
#include <string>

#include "common/token_id.h"
#include "tokenizer/char_bpe/char_bpe_spec.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {

// `file_name` is for messages. Throws Error kMismatch as CharBpeModel and AddedTokenMatcher do.
std::unique_ptr<Tokenizer> make_char_bpe_tokenizer(CharBpeJsonSpec spec, SpecialIds special_ids,
                                                   std::string digest,
                                                   const std::string& file_name);

}  // namespace corpusmill
