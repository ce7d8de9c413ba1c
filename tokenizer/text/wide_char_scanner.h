// Skips over characters that normalization never changes, 32 bytes at a time.
#pragma once

#include <cstddef>
#include <string_view>

namespace corpusmill {

// The first character from `at` on that is not ASCII; text.size() if there is none.
std::size_t next_wide_char(std::string_view text, std::size_t at);

// The same, passing over U+0080-02FF, U+0400-047F, U+4000-9FFF and U+B000-CFFF too: what NFC leaves
// as it is, told by the first byte.
std::size_t next_unusual_char(std::string_view text, std::size_t at);

// Whether such a character begins with this byte.
bool is_wide_lead(char byte);
bool is_unusual_lead(char byte);

}  // namespace corpusmill
