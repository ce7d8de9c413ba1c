// BOS, EOS, PAD and UNK of a tokenizer.json.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/token_id.h"

namespace corpusmill {

using TokenLookup = std::function<std::optional<TokenId>(std::string_view token)>;

// `config` is the text of tokenizer_config.json, empty if there is none. What it names is taken
// (null: there is none); what it does not mention is looked for under the usual names. Throws
// Error: kCorrupt if `config` is damaged, kMismatch if it names a token that does not exist.
SpecialIds find_special_ids(std::string_view config, const std::string& config_name,
                            const TokenLookup& id_of);

}  // namespace corpusmill
