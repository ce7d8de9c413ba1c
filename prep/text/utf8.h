// UTF-8 as the Unicode standard defines it (table 3-7): no overlong forms, no surrogates, nothing
// above U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace corpusmill {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  // 0: the bytes at this place are not UTF-8
};

// The code point that starts at text[at]; at < text.size().
CodePoint decode_code_point(std::string_view text, std::size_t at);

// Where the first ill-formed sequence starts; npos if there is none.
std::size_t find_invalid_utf8(std::string_view text);

// `code_point` is a Unicode scalar value.
void append_utf8(char32_t code_point, std::string& out);

// Unicode's White_Space property.
bool is_white_space(char32_t code_point);

}  // namespace corpusmill
