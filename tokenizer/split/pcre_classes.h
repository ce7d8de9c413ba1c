// Sets of code points as character classes of PCRE2.
#pragma once

#include <string>

#include "tokenizer/text/code_point_set.h"

namespace corpusmill {

// A class, in a pattern in UTF mode, that holds exactly the set. General categories of the linked
// PCRE2 stand in it as far as they lie within the set; whatever its Unicode version lacks is
// listed.
std::string pcre_class(const CodePointSet& set);

}  // namespace corpusmill
