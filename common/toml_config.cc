#include "common/toml_config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>

#include "common/edit_distance.h"
#include "common/error.h"

namespace corpusmill {
namespace {

std::string with_hyphens(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

// An option and the spelling under which CLI11 looks it up ("no-bos" for a negated switch).
struct FoundOption {
  const CLI::Option* option = nullptr;
  std::string spelling;
};

FoundOption find_option(const CLI::App& app, const std::string& key) {
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_configurable()) continue;
    for (const std::string& name : option->get_lnames()) {
      if (with_hyphens(name) == with_hyphens(key)) return {option, name};
    }
    const std::string positional = option->get_name(true);
    if (option->get_positional() && positional == key) return {option, positional};
  }
  return {};
}

std::vector<std::string> all_keys(const CLI::App& app) {
  std::vector<std::string> keys;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_configurable()) continue;
    for (const std::string& name : option->get_lnames()) keys.push_back(config_key(name));
    if (option->get_lnames().empty()) keys.push_back(config_key(*option));
  }
  return keys;
}

std::string shortest(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(std::begin(buffer), std::end(buffer), value);
  return {buffer, error == std::errc() ? end : buffer};
}

// The value as the flag would spell it, or nothing if the option's type does not allow it.
std::optional<std::string> spelled(const CLI::Option& option, const toml::node& node) {
  const std::string wanted = wanted_type(option);
  const bool is_text = wanted == "text" || wanted == "a byte size";
  if (const auto* value = node.as_boolean()) {
    if (wanted != "true or false") return std::nullopt;
    return value->get() ? "true" : "false";
  }
  if (const auto* value = node.as_integer()) {
    if (wanted == "true or false") return std::nullopt;
    return std::to_string(value->get());
  }
  if (const auto* value = node.as_floating_point()) {
    if (wanted != "a number" && !is_text) return std::nullopt;
    return shortest(value->get());
  }
  if (const auto* value = node.as_string()) {
    if (!is_text) return std::nullopt;
    return value->get();
  }
  return std::nullopt;
}

class ItemReader {
 public:
  ItemReader(const CLI::App& app, std::string path) : app_(app), path_(std::move(path)) {}

  CLI::ConfigItem read(const std::string& key, const toml::node& node) {
    if (node.is_table()) {
      fail(node, fmt::format("[{}]: sections are not used here; write `key = value` lines", key));
    }
    const FoundOption found = find_option(app_, key);
    if (found.option == nullptr) {
      const std::string nearest = nearest_name(key, all_keys(app_));
      fail(node, fmt::format("unknown key '{}'{}", key,
                             nearest.empty() ? "; --help lists the options"
                                             : fmt::format("; did you mean '{}'?", nearest)));
    }
    const auto [earlier, is_new] = keys_.emplace(found.option, key);
    if (!is_new) {
      fail(node, fmt::format("'{}' and '{}' are the same option; keep one", earlier->second, key));
    }
    CLI::ConfigItem item;
    item.name = found.spelling;
    if (const toml::array* array = node.as_array()) {
      if (!takes_many(*found.option)) fail(node, fmt::format("'{}' takes one value", key));
      for (const toml::node& element : *array) item.inputs.push_back(value_of(key, found, element));
    } else {
      item.inputs.push_back(value_of(key, found, node));
    }
    return item;
  }

 private:
  std::string value_of(const std::string& key, const FoundOption& found, const toml::node& node) {
    const std::optional<std::string> value = spelled(*found.option, node);
    if (!value) fail(node, fmt::format("'{}' wants {}", key, wanted_type(*found.option)));
    return *value;
  }

  [[noreturn]] void fail(const toml::node& node, const std::string& what) const {
    throw Error(ExitCode::kUsage,
                fmt::format("{}: line {}: {}", path_, node.source().begin.line, what));
  }

  const CLI::App& app_;
  std::string path_;
  std::map<const CLI::Option*, std::string> keys_;
};

}  // namespace

std::string config_key(std::string_view option_name) {
  std::string key(
      option_name.substr(std::min(option_name.find_first_not_of('-'), option_name.size())));
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

std::string config_key(const CLI::Option& option) {
  if (!option.get_lnames().empty()) return config_key(option.get_lnames().front());
  return config_key(option.get_name(true));
}

std::string option_label(const CLI::Option& option) {
  if (!option.get_lnames().empty()) return "--" + option.get_lnames().front();
  return option.get_name(true);
}

bool takes_many(const CLI::Option& option) {
  return option.get_items_expected_max() > 1;
}

bool takes_no_value(const CLI::Option& option) {
  return option.get_items_expected_max() == 0;
}

std::string wanted_type(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto is = [&type](std::string_view name) { return type.rfind(name, 0) == 0; };
  if (takes_no_value(option) || is("BOOLEAN")) return "true or false";
  if (is("BYTES")) return "a byte size";
  if (is("UINT")) return "a whole number, 0 or more";
  if (is("INT")) return "a whole number";
  if (is("FLOAT")) return "a number";
  return "text";
}

std::vector<CLI::ConfigItem> TomlConfig::from_config(std::istream& input) const {
  const std::string path = app_.get_config_ptr()->as<std::string>();
  toml::table table;
  try {
    table = toml::parse(input, path);
  } catch (const toml::parse_error& error) {
    throw Error(ExitCode::kUsage,
                fmt::format("{}: line {}, column {}: not TOML: {}", path, error.source().begin.line,
                            error.source().begin.column, error.description()));
  }
  ItemReader reader(app_, path);
  std::vector<CLI::ConfigItem> read_items;
  for (const auto& [key, node] : table) {
    read_items.push_back(reader.read(std::string(key.str()), node));
    // An empty array means the same as no key, which CLI11 has no way to say.
    if (read_items.back().inputs.empty()) read_items.pop_back();
  }
  return read_items;
}

}  // namespace corpusmill
