// What is wrong with a line, byte by byte and slowly: asked only about lines that the fast parser
// refused or could not use. The verdict is the first reason of DropReason's order that holds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prep/record/drop_reason.h"
#include "prep/record/record_text.h"

namespace corpusmill {

// Objects and arrays open at once; a line that nests deeper is invalid_json.
inline constexpr std::size_t kNestingDepthMax = 1024;

struct LineVerdict {
  bool dropped = false;
  DropReason reason = DropReason::kEmptyLine;
  std::uint32_t column = 0;  // byte column from 1; 0: none
  std::string detail;
  std::vector<std::string> values;  // decoded, one per RecordText field; only of a kept line
};

// `keep_blank`: an empty or blank text is no reason.
LineVerdict classify_line(std::string_view line, const RecordText& record_text,
                          bool keep_blank = false);

// Nothing but Unicode white space (White_Space=yes). `text` must be valid UTF-8.
bool is_blank(std::string_view text);

}  // namespace corpusmill
