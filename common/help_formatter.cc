#include "common/help_formatter.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "common/toml_config.h"

namespace corpusmill {
namespace {

constexpr std::size_t kColumn = 30;
constexpr std::size_t kWidth = 98;

// Words of `text` in lines of at most kWidth columns, each indented to kColumn; the first line
// starts behind `left`.
std::string in_two_columns(const std::string& left, const std::string& text) {
  std::string out = left;
  std::size_t column = left.size();
  const auto indent = [&out, &column] {
    out.append(kColumn - column, ' ');
    column = kColumn;
  };
  if (column + 2 > kColumn) {
    out += '\n';
    column = 0;
  }
  indent();
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (column > kColumn && column + 1 + word.size() > kWidth) {
      out += '\n';
      column = 0;
      indent();
    }
    if (column > kColumn) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    begin = end + 1;
  }
  return out + '\n';
}

// What stands for the value: "N", "SIZE", "FILE" if the option says so, else "TEXT".
std::string value_label(const CLI::Option& option) {
  if (takes_no_value(option)) return "";
  if (!option.get_option_text().empty()) return " " + option.get_option_text();
  const std::string wanted = wanted_type(option);
  if (wanted == "a byte size") return " SIZE";
  if (wanted == "a number") return " X";
  if (wanted == "true or false") return " true|false";
  if (wanted != "text") return " N";
  const std::string type = option.get_type_name();
  return type.empty() || type.find(':') != type.npos ? " TEXT" : " " + type;
}

std::string default_note(const CLI::Option& option) {
  if (option.get_required()) return " (required)";
  std::string value = option.get_default_str();
  if (takes_no_value(option)) {
    // Only a switch that is on by default needs saying so.
    return value == "true" ? " (default: on)" : "";
  }
  if (value.empty() || value == "[]" || value == "{}") return "";
  return fmt::format(" (default: {})", value);
}

}  // namespace

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string names;
  if (is_positional) {
    names = option->get_name(true);
  } else {
    for (const std::string& name : option->get_snames()) names += "-" + name + ", ";
    for (const std::string& name : option->get_lnames()) names += "--" + name + ", ";
    names.erase(names.size() - 2);
    names += value_label(*option);
  }
  std::string text = option->get_description() + default_note(*option);
  if (takes_many(*option) && !is_positional) text += " (repeatable)";
  return in_two_columns("  " + names, text);
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  std::string usage = "\nUsage: " + (name.empty() ? app->get_name() : name) + " [options]";
  for (const CLI::Option* option : app->get_options()) {
    if (!option->get_positional()) continue;
    std::string label = option->get_name(true) + (takes_many(*option) ? "..." : "");
    usage += option->get_required() ? " " + label : " [" + label + "]";
  }
  return usage + "\n";
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode) const {
  std::vector<std::string> groups = app->get_groups();
  const auto rank = [](const std::string& group) {
    if (group == "Options") return 0;
    return group == "Common" ? 2 : 1;
  };
  std::stable_sort(groups.begin(), groups.end(), [&rank](const auto& left, const auto& right) {
    return rank(left) < rank(right);
  });
  std::string out =
      make_description(app) + make_usage(app, std::move(name)) + make_positionals(app);
  for (const std::string& group : groups) {
    const auto options = app->get_options([&group](const CLI::Option* option) {
      return option->get_group() == group && option->nonpositional();
    });
    if (!group.empty() && !options.empty()) out += make_group(group, false, options);
  }
  return out + "\n" + make_footer(app);
}

std::string HelpFormatter::make_group(std::string group, bool is_positional,
                                      std::vector<const CLI::Option*> options) const {
  std::string out = "\n" + (is_positional ? "Arguments" : group) + ":\n";
  for (const CLI::Option* option : options) out += make_option(option, is_positional);
  return out;
}

}  // namespace corpusmill
