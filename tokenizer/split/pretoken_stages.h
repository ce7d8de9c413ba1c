// The pre_tokenizer of tokenizer.json as stages.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tokenizer/split/pretokenizer.h"

namespace corpusmill {

// ByteLevel, or a Sequence of Split and Digits that ends in ByteLevel. Throws Error(kMismatch)
// naming what is not supported: another type, or a regular expression that is not one of ours.
std::vector<PretokenStage> read_pretoken_stages(const nlohmann::json& pre_tokenizer,
                                                const std::string& file_name);

}  // namespace corpusmill
