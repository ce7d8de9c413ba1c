// A row of JSON with a part of one string taken out, everything else byte for byte.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "prep/text/text_units.h"

namespace corpusmill {

// Appends `row` to `out` without the spans of the value of its field `field`; they count bytes of
// the value as decoded, and end where characters do. What stays of it is spelled as it was: escapes
// too. `row` is a good one with that field, and has simdjson::SIMDJSON_PADDING readable bytes
// behind it. Thread-safe.
void append_with_cuts(std::string_view row, std::string_view field,
                      const std::vector<TextSpan>& spans, std::string& out);

}  // namespace corpusmill
