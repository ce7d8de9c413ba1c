// Byte-level BPE from a Hugging Face tokenizer.json, with the ids of Hugging Face tokenizers.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace corpusmill {

// `json` is the file's content; `config` that of the tokenizer_config.json beside it, empty if
// there is none. The names are for messages. Throws Error as parse_tokenizer_json and
// find_special_ids do.
std::unique_ptr<Tokenizer> make_byte_level_tokenizer(std::string_view json,
                                                     const std::string& json_name,
                                                     std::string_view config,
                                                     const std::string& config_name);

}  // namespace corpusmill
