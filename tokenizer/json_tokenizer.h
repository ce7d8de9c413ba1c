// A Hugging Face tokenizer.json as a tokenizer: byte-level BPE or BPE over characters.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace corpusmill {

// `json` is the file's content; `config` that of the tokenizer_config.json beside it, empty if
// there is none. The names are for messages. Throws Error as parse_tokenizer_json, byte_level_spec,
// char_bpe_json_spec and find_special_ids do.
std::unique_ptr<Tokenizer> make_json_tokenizer(const std::string& json,
                                               const std::string& json_name,
                                               std::string_view config,
                                               const std::string& config_name);

}  // namespace corpusmill
