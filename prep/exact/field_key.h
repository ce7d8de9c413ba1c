// The value of a field of a JSON row, as a key.
#pragma once

#include <string>
#include <string_view>

namespace corpusmill {

// Const and thread-safe.
class FieldKey {
 public:
  // "url", or "meta.url" for the field of an object in the row. A field whose own name has the dot
  // comes first.
  explicit FieldKey(std::string path) : path_(std::move(path)) {}

  // Replaces `value`: a string's characters, anything else as JSON without white space. False where
  // the row has no such field, or null in it. `line` is a good row, with
  // simdjson::SIMDJSON_PADDING readable bytes behind it.
  bool read(std::string_view line, std::string& value) const;

 private:
  std::string path_;
};

}  // namespace corpusmill
