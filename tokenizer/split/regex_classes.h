// The named character classes of the reference library's regular expressions (Oniguruma, Unicode
// 16.0) as sets. tests/conformance asks the library about every code point.
#pragma once

#include <optional>
#include <string_view>

#include "tokenizer/text/code_point_set.h"

namespace corpusmill {

// \s, \d, \w for 's', 'd', 'w'; nothing for another letter.
std::optional<CodePointSet> escape_class(char letter);
// \p{name}: general categories ("L", "Lu") and the scripts Han, Hiragana, Katakana.
std::optional<CodePointSet> property_class(std::string_view name);
// [:name:]: those that follow from the categories.
std::optional<CodePointSet> posix_class(std::string_view name);

}  // namespace corpusmill
