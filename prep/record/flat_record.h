// The short way through most good lines: an object of strings, numbers and literals, nothing
// nested.
//
// What it accepts is accepted by the whole grammar too; what it refuses may still be a good line,
// and is left to simdjson. It builds nothing and copies nothing. Needs AVX2; without it, it refuses
// every line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill {

// The inside of a JSON string, as it stands in the line.
struct RawString {
  std::string_view bytes;    // no data(): not found
  bool has_escapes = false;  // two-byte ones only, such as \n and \"
};

// `line` must be valid UTF-8, and kFlatRecordSpareBytes readable bytes must follow it. True if it
// is, up to the last byte, a JSON object without nested values and \u escapes, whose keys have no
// escapes, and in which each of `names` is the key of exactly one value, a string: values[i] is
// that of names[i]. `source` is the last string whose key is `source_field`, if that isn't empty.
bool scan_flat_record(std::string_view line, const std::vector<std::string>& names,
                      std::string_view source_field, std::vector<RawString>& values,
                      RawString& source);
inline constexpr std::size_t kFlatRecordSpareBytes = 64;

}  // namespace corpusmill
