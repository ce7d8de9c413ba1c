// Parts of a tokenizer in words, for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace corpusmill {

// A normalizer or pre_tokenizer of tokenizer.json, its steps in order: "Split by \p{N}{1,3}, then
// ByteLevel"; "none" for null.
std::string describe_part(const nlohmann::json& part);

}  // namespace corpusmill
