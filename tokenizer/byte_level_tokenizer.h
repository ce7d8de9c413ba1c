// Byte-level BPE with the ids of the reference libraries, Hugging Face tokenizers and tiktoken.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/byte_level_spec.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {

// `json` is the file's content; `config` that of the tokenizer_config.json beside it, empty if
// there is none. The names are for messages. Throws Error as parse_tokenizer_json and
// find_special_ids do.
std::unique_ptr<Tokenizer> make_byte_level_tokenizer(std::string_view json,
                                                     const std::string& json_name,
                                                     std::string_view config,
                                                     const std::string& config_name);

std::unique_ptr<Tokenizer> make_byte_level_tokenizer(ByteLevelSpec spec, SpecialIds special_ids,
                                                     std::string digest);

}  // namespace corpusmill
