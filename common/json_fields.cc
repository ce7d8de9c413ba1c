#include "common/json_fields.h"

#include <fmt/format.h>

#include "common/error.h"

namespace corpusmill {

JsonFields::JsonFields(const nlohmann::json& value, std::string where)
    : value_(&value), where_(std::move(where)) {
  if (!value.is_object()) {
    throw Error(ExitCode::kCorrupt, fmt::format("{}: not a JSON object", where_));
  }
}

std::string JsonFields::name_of(std::string_view key) const {
  return fmt::format("{}{}{}", where_, is_root_ ? ": " : ".", key);
}

void JsonFields::fail(std::string_view key, std::string_view what) const {
  throw Error(ExitCode::kCorrupt, fmt::format("{}: {}", name_of(key), what));
}

const nlohmann::json& JsonFields::at(std::string_view key) const {
  const auto found = value_->find(key);
  if (found == value_->end()) fail(key, "missing");
  return *found;
}

std::uint64_t JsonFields::number(std::string_view key) const {
  const nlohmann::json& value = at(key);
  if (!value.is_number_unsigned()) fail(key, "not a non-negative integer");
  return value.get<std::uint64_t>();
}

std::uint64_t JsonFields::number_below(std::string_view key, std::uint64_t limit) const {
  const std::uint64_t value = number(key);
  if (value >= limit) fail(key, fmt::format("{} is not below {}", value, limit));
  return value;
}

std::string JsonFields::text(std::string_view key) const {
  const nlohmann::json& value = at(key);
  if (!value.is_string()) fail(key, "not a string");
  return value.get<std::string>();
}

bool JsonFields::flag(std::string_view key) const {
  const nlohmann::json& value = at(key);
  if (!value.is_boolean()) fail(key, "neither true nor false");
  return value.get<bool>();
}

bool JsonFields::is_null(std::string_view key) const {
  return at(key).is_null();
}

const nlohmann::json& JsonFields::object(std::string_view key) const {
  const nlohmann::json& value = at(key);
  if (!value.is_object()) fail(key, "not an object");
  return value;
}

std::vector<std::string> JsonFields::texts(std::string_view key) const {
  const nlohmann::json& value = at(key);
  if (!value.is_array()) fail(key, "not an array");
  std::vector<std::string> texts;
  texts.reserve(value.size());
  for (const nlohmann::json& element : value) {
    if (!element.is_string()) fail(key, "holds something other than strings");
    texts.push_back(element.get<std::string>());
  }
  return texts;
}

JsonFields JsonFields::fields(std::string_view key) const {
  JsonFields inside(object(key), name_of(key));
  inside.is_root_ = false;
  return inside;
}

std::vector<JsonFields> JsonFields::list(std::string_view key) const {
  const nlohmann::json& value = at(key);
  if (!value.is_array()) fail(key, "not an array");
  std::vector<JsonFields> elements;
  elements.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    elements.emplace_back(value[i], fmt::format("{}[{}]", name_of(key), i));
    elements.back().is_root_ = false;
  }
  return elements;
}

}  // namespace corpusmill
