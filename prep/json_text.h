// Text as a JSON string, fast: rows that are dropped by the hundred thousand are written so.
#pragma once

#include <string>
#include <string_view>

namespace corpusmill {

// Appends `utf8`, which is valid, in quotes and with what RFC 8259 asks to be escaped escaped: the
// bytes that nlohmann::json::dump() writes.
void append_json_text(std::string_view utf8, std::string& out);

}  // namespace corpusmill
