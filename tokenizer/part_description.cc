#include "tokenizer/part_description.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tokenizer/tokenizer_json.h"

namespace corpusmill {
namespace {

using nlohmann::json;

std::string describe_step(const json& step) {
  std::string text = type_of(step);
  const auto pattern = step.find("pattern");
  if (pattern != step.end() && pattern->is_object() && !pattern->empty()) {
    const json& value = pattern->front();
    text += fmt::format(
        " {} {}", text == "Replace" ? "of" : "by",
        pattern->contains("Regex") && value.is_string() ? value.get<std::string>() : value.dump());
  }
  for (const char* name : {"content", "prepend"}) {
    if (step.contains(name)) text += " " + step[name].dump();
  }
  if (step.contains("prepend_scheme")) text += " " + step["prepend_scheme"].dump();
  for (const char* flag : {"use_regex", "add_prefix_space", "individual_digits", "split"}) {
    if (step.contains(flag) && step[flag] == true) text += fmt::format(" {}", flag);
  }
  return text;
}

}  // namespace

std::string describe_part(const json& part) {
  if (part.is_null()) return "none";
  std::string text;
  for (const char* list : {"normalizers", "pretokenizers"}) {
    const auto steps = part.find(list);
    if (steps == part.end() || !steps->is_array()) continue;
    if (steps->empty()) return "none";
    for (const json& step : *steps) {
      text += (text.empty() ? "" : ", then ") + describe_part(step);
    }
    return text;
  }
  return describe_step(part);
}

}  // namespace corpusmill
