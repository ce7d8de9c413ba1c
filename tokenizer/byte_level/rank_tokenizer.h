// Byte-level BPE from a file of ranks, with the ids of tiktoken.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace corpusmill {

// `ranks` is the file's content; `config` that of the tokenizer_config.json beside it, empty if
// there is none. What the file leaves open, its config says: "pat_str", a regular expression or the
// name of an encoding whose it is, and "special_tokens", names to ids, both as tiktoken's Encoding
// has them. A published file needs no config. Throws Error: kCorrupt for a damaged file; kMismatch
// for an unknown one without pat_str, and for a regular expression that is not supported.
std::unique_ptr<Tokenizer> make_rank_tokenizer(std::string_view ranks,
                                               const std::string& ranks_name,
                                               std::string_view config,
                                               const std::string& config_name);

}  // namespace corpusmill
