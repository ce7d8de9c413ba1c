// Typed access to a JSON object that came from a file: whatever is missing or of another type
// throws Error(kCorrupt) naming the file and the field, as in "out/data.json: shards[3].tokens:
// missing".
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill {

class JsonFields {
 public:
  // `where` is the file's name; the value must be an object. Refers to `value`.
  JsonFields(const nlohmann::json& value, std::string where);

  std::uint64_t number(std::string_view key) const;  // a non-negative integer
  std::uint64_t number_below(std::string_view key, std::uint64_t limit) const;
  std::string text(std::string_view key) const;
  bool flag(std::string_view key) const;
  bool is_null(std::string_view key) const;
  const nlohmann::json& object(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;  // an array of strings
  JsonFields fields(std::string_view key) const;               // an object inside
  std::vector<JsonFields> list(std::string_view key) const;    // an array of objects

  [[noreturn]] void fail(std::string_view key, std::string_view what) const;

 private:
  const nlohmann::json& at(std::string_view key) const;
  std::string name_of(std::string_view key) const;
  const nlohmann::json* value_;
  std::string where_;  // "FILE: " and the way to this object
  bool is_root_ = true;
};

}  // namespace corpusmill
