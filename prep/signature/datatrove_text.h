// The simplified text that datatrove shingles (simplify_text in its src/datatrove/utils/text.py,
// with the default options).
#pragma once

#include <string>
#include <string_view>

namespace corpusmill {

// In this order: lower case; every number, \p{Nd}+([.,،٫⎖⎗⎘]\p{Nd}+)?, becomes 0; punctuation of
// datatrove's list becomes a space; white space becomes single spaces, none at the ends; canonical
// decomposition, without nonspacing marks. `text` is valid UTF-8. Replaces `simplified`.
//
// As Python's does but for Unicode's version, which differs between Pythons.
void simplify_as_datatrove(std::string_view text, std::string& simplified);

}  // namespace corpusmill
