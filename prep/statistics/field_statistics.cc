#include "prep/statistics/field_statistics.h"

#include <simdjson.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace corpusmill {
namespace {

constexpr const char* kNoValue = "(none)";

std::size_t type_index(simdjson::dom::element_type type) {
  switch (type) {
    case simdjson::dom::element_type::STRING:
      return 0;
    case simdjson::dom::element_type::INT64:
    case simdjson::dom::element_type::UINT64:
    case simdjson::dom::element_type::DOUBLE:
      return 1;
    case simdjson::dom::element_type::BOOL:
      return 2;
    case simdjson::dom::element_type::NULL_VALUE:
      return 3;
    case simdjson::dom::element_type::ARRAY:
      return 4;
    case simdjson::dom::element_type::OBJECT:
      return 5;
  }
  return 3;
}

std::string group_name(const simdjson::dom::element& value) {
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) return std::string(text);
  return simdjson::minify(value);
}

}  // namespace

void FieldStatistics::add(std::string_view json, const Amounts& document) {
  thread_local simdjson::dom::parser parser;
  ++rows_;
  simdjson::dom::object object;
  if (parser.parse(json.data(), json.size(), false).get_object().get(object) != simdjson::SUCCESS) {
    ++unlisted_rows_;
    add_to_group(kNoValue, document);
    return;
  }
  std::string group = kNoValue;
  for (const auto& [name, value] : object) {
    auto found = types_.find(name);
    if (found == types_.end()) found = types_.emplace(std::string(name), TypeCounts{}).first;
    ++found->second[type_index(value.type())];
    if (name == group_field_) group = group_name(value);
  }
  add_to_group(group, document);
}

void FieldStatistics::add_to_group(const std::string& value, const Amounts& amounts) {
  if (too_many_groups_) return;
  Amounts& group = groups_[value];
  group.documents += amounts.documents;
  group.bytes += amounts.bytes;
  group.characters += amounts.characters;
  group.tokens += amounts.tokens;
  if (groups_.size() <= kGroupsMax) return;
  too_many_groups_ = true;
  groups_.clear();
}

FieldStatistics& FieldStatistics::operator+=(const FieldStatistics& other) {
  rows_ += other.rows_;
  unlisted_rows_ += other.unlisted_rows_;
  for (const auto& [name, counts] : other.types_) {
    TypeCounts& sum = types_[name];
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += counts[i];
  }
  if (other.too_many_groups_) {
    too_many_groups_ = true;
    groups_.clear();
  }
  for (const auto& [value, amounts] : other.groups_) add_to_group(value, amounts);
  return *this;
}

nlohmann::json FieldStatistics::fields_json() const {
  nlohmann::json names = nlohmann::json::object();
  for (const auto& [name, counts] : types_) {
    const std::uint64_t rows = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    nlohmann::json types = nlohmann::json::object();
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] > 0) types[std::string(kTypeNames[i])] = counts[i];
    }
    names[name] = {{"rows", rows},
                   {"share", static_cast<double>(rows) / static_cast<double>(rows_)},
                   {"types", std::move(types)}};
  }
  return {{"rows", rows_}, {"unlisted_rows", unlisted_rows_}, {"names", std::move(names)}};
}

nlohmann::json FieldStatistics::groups_json() const {
  std::vector<std::pair<std::string, Amounts>> sorted(groups_.begin(), groups_.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.bytes > b.second.bytes; });
  nlohmann::json groups = nlohmann::json::array();
  for (const auto& [value, amounts] : sorted) {
    groups.push_back({{"value", value},
                      {"documents", amounts.documents},
                      {"bytes", amounts.bytes},
                      {"characters", amounts.characters},
                      {"tokens", amounts.tokens}});
  }
  return {{"field", group_field_}, {"complete", !too_many_groups_}, {"groups", std::move(groups)}};
}

}  // namespace corpusmill
