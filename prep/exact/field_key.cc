#include "prep/exact/field_key.h"

#include <simdjson.h>

namespace corpusmill {
namespace {

// The field of that whole name, or else of what the dots in it lead to.
simdjson::simdjson_result<simdjson::dom::element> find(const simdjson::dom::object& object,
                                                       std::string_view path) {
  const auto whole = object.at_key(path);
  if (whole.error() == simdjson::SUCCESS) return whole;
  for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
    simdjson::dom::object inner;
    if (object.at_key(path.substr(0, dot)).get(inner) != simdjson::SUCCESS) continue;
    const auto found = find(inner, path.substr(dot + 1));
    if (found.error() == simdjson::SUCCESS) return found;
  }
  return whole;
}

}  // namespace

bool FieldKey::read(std::string_view line, std::string& value) const {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object row;
  if (parser.parse(line.data(), line.size(), false).get(row) != simdjson::SUCCESS) return false;
  simdjson::dom::element element;
  if (find(row, path_).get(element) != simdjson::SUCCESS || element.is_null()) return false;
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) {
    value = text;
  } else {
    value = simdjson::minify(element);
  }
  return true;
}

}  // namespace corpusmill
