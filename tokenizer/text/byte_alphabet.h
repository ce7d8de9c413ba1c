// The byte-level alphabet of GPT-2: each byte is spelled as one printable character, so that
// vocabulary files are text. Printable Latin-1 bytes stand for themselves, the others for U+0100
// onwards in byte order (a space is "Ġ").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace corpusmill {

// The code point that spells `byte`.
std::uint32_t byte_spelling(std::uint8_t byte);
// The byte that `code_point` spells, if any.
std::optional<std::uint8_t> spelled_byte(std::uint32_t code_point);
// Spells out bytes in the alphabet.
std::string spell_bytes(std::string_view bytes);
// The bytes that `token` spells; nothing if a character is outside the alphabet.
std::optional<std::string> spelled_bytes(std::string_view token);
// Appends them instead; false, and nothing appended, if a character is outside.
bool append_spelled_bytes(std::string_view token, std::string& bytes);

}  // namespace corpusmill
