// Text of unknown origin, made safe to print on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace corpusmill {

// At most `characters_max` code points; cut text ends in an ellipsis and a count of what is left
// out. Control characters and those that turn the direction of text come as \n, \t, \u{202e},
// bytes that are not UTF-8 as \xff, a backslash as it is.
std::string terminal_text(std::string_view text, std::size_t characters_max = std::string::npos);

}  // namespace corpusmill
