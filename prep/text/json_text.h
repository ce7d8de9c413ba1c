// Text as a JSON string, fast: rows that are dropped by the hundred thousand are written so.
#pragma once

#include <string>
#include <string_view>

namespace corpusmill {

// Appends `utf8`, which is valid, in quotes and with what RFC 8259 asks to be escaped escaped: the
// bytes that nlohmann::json::dump() writes.
void append_json_text(std::string_view utf8, std::string& out);
// The same for bytes that need not be UTF-8; in place of what is not stands U+FFFD.
void append_json_text_of_bytes(std::string_view bytes, std::string& out);

}  // namespace corpusmill
