// Unicode normalization form C of Unicode 9.0, which is the reference library's.
#pragma once

#include <string>
#include <string_view>

namespace corpusmill {

// `text` is valid UTF-8. Code points that composed or reordered only since Unicode 10 stay as they
// are, and nothing moves across them; the others follow utf8proc (15.0), the same by stability.
std::string to_nfc(std::string_view text);

// Whether `text` is certainly NFC already: every code point is below U+0300.
bool is_plainly_nfc(std::string_view text);

}  // namespace corpusmill
