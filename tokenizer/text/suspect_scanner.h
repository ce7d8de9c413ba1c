// Looks for characters that normalization may change.
#pragma once

#include <cstddef>
#include <string_view>

namespace corpusmill {

// The first suspect (NormalizationTables) from `at` on, where a character begins; text.size() if
// there is none. `compatible`: of form KC.
std::size_t next_suspect(std::string_view text, std::size_t at, bool compatible);

}  // namespace corpusmill
