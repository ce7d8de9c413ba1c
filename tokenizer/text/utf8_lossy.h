// Bytes as UTF-8 where they are not.
#pragma once

#include <string>
#include <string_view>

namespace corpusmill {

// Each maximal prefix of a malformed sequence becomes one U+FFFD (Unicode, "substitution of maximal
// subparts"; Rust's from_utf8_lossy and Python's errors="replace" do the same).
std::string to_utf8_lossy(std::string_view bytes);

}  // namespace corpusmill
