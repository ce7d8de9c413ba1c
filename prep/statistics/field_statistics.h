// Which fields rows have, of which types, and how documents divide over the values of one of them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace corpusmill {

// Not thread-safe; each thread keeps its own and they are added up.
class FieldStatistics {
 public:
  // Groups are kept for up to kGroupsMax values of `group_field`; a field that tells documents
  // apart (an id) has more, and then only that is reported.
  static constexpr std::size_t kGroupsMax = 10'000;
  explicit FieldStatistics(std::string group_field) : group_field_(std::move(group_field)) {}

  struct Amounts {
    std::uint64_t documents = 0, bytes = 0, characters = 0, tokens = 0;
  };
  // `json` is one valid line whose buffer has simdjson's padding behind it.
  void add(std::string_view json, const Amounts& document);
  FieldStatistics& operator+=(const FieldStatistics& other);

  // {"rows": n, "unlisted_rows": n, "names": {name: {"rows", "share", "types": {type: rows}}}}.
  // Unlisted rows hold numbers or nesting beyond the fast parser; their fields are not counted.
  nlohmann::json fields_json() const;
  // {"field", "complete", "groups": [{"value", "documents", "bytes", "characters", "tokens"}]},
  // the largest first.
  nlohmann::json groups_json() const;

 private:
  static constexpr std::array<std::string_view, 6> kTypeNames = {"string", "number", "boolean",
                                                                 "null",   "array",  "object"};
  using TypeCounts = std::array<std::uint64_t, kTypeNames.size()>;

  void add_to_group(const std::string& value, const Amounts& amounts);

  std::string group_field_;
  std::uint64_t rows_ = 0, unlisted_rows_ = 0;
  std::map<std::string, TypeCounts, std::less<>> types_;
  std::map<std::string, Amounts> groups_;
  bool too_many_groups_ = false;
};

}  // namespace corpusmill
