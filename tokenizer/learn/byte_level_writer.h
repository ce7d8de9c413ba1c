// A learned byte-level BPE as the files that Hugging Face tokenizers and transformers load.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/added_tokens.h"
#include "tokenizer/learn/merge_learner.h"

namespace corpusmill {

// `regex` cuts the text into pretokens; empty: that of GPT-2, which the format has built in. The
// vocabulary stands in the order of its ids, the merges in that of their ranks.
std::string write_tokenizer_json(const std::vector<AddedToken>& specials, std::string_view regex,
                                 const TokenTable& tokens);

// BOS, EOS, PAD and UNK are the specials with the usual names (tokenizer/special_ids.h).
std::string write_tokenizer_config_json(const std::vector<AddedToken>& specials);

}  // namespace corpusmill
