// Character classes as the reference library's regular expressions see them: Unicode 16.0.
//
// tests/conformance/test_tokenizers.py compares every code point with the library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace corpusmill {

enum CharClass : std::uint16_t {
  kLetter = 1,         // \p{L}
  kNumber = 2,         // \p{N}
  kSpace = 4,          // \s: White_Space, 25 code points
  kWord = 8,           // \w of Rust's regex crate, for single_word
  kNumeric = 16,       // char::is_numeric of Rust, for the Digits pre-tokenizer
  kCombining = 32,     // \p{M}
  kUpper = 64,         // \p{Lu}, \p{Lt}
  kLower = 128,        // \p{Ll}
  kPunctuation = 256,  // \p{P}
  kSymbol = 512,       // \p{S}
};

// A union of CharClass bits for every code point below kCodePoints, and one entry more for who
// reads two at a time; surrogates have none. 2.2 MB of which text touches little; made on first use
// in well under a millisecond, and there until the process ends.
const std::uint16_t* char_class_table();

struct DecodedChar {
  std::uint32_t code_point;
  std::size_t bytes;
};

// Decodes the character at `text[at]`, which must exist. Malformed input yields U+FFFD and one
// byte.
DecodedChar decode_utf8(std::string_view text, std::size_t at);
// The character that ends before `text[end]`, 0 < end <= size.
DecodedChar decode_utf8_before(std::string_view text, std::size_t end);
void append_utf8(std::uint32_t code_point, std::string& out);

}  // namespace corpusmill
