// A tokenizer.json whose BPE starts from characters, checked and resolved to ids.
#pragma once

#include "tokenizer/char_bpe/char_bpe_spec.h"
#include "tokenizer/tokenizer_json.h"

namespace corpusmill {

// Whether the decoder is that of such a file, and not that of a byte-level one.
bool looks_like_char_bpe(const TokenizerJson& json);

// Throws Error: kMismatch for a tokenizer whose ids could not be proven equal to the reference
// library's, naming the part; kCorrupt for a part that is damaged.
CharBpeJsonSpec char_bpe_json_spec(TokenizerJson json);

}  // namespace corpusmill
