#include "common/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>
#include <thread>

#include "common/error.h"
#include "common/help_formatter.h"
#include "common/toml_config.h"

namespace corpusmill {
namespace {

[[noreturn]] void fail_usage(const std::string& message) {
  throw Error(ExitCode::kUsage, message);
}

std::string with_hyphens(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

// What the command line gives: the arguments as CLI11 wants them, and which options they name.
struct CommandLine {
  std::vector<std::string> arguments;
  std::set<const CLI::Option*> given;
};

// Settles every `--name` before CLI11 sees it: `_` for `-`, `--name=` for an empty value, and a
// misspelt name, which CLI11 would report only after everything else that is wrong.
class CommandLineReader {
 public:
  explicit CommandLineReader(const CLI::App& app) : app_(app) {}

  CommandLine read(const std::vector<std::string>& arguments) {
    for (const std::string& argument : arguments) {
      if (only_positionals_ || wants_value_) {
        line_.arguments.push_back(argument);
        wants_value_ = false;
      } else if (argument == "--") {
        line_.arguments.push_back(argument);
        only_positionals_ = true;
      } else if (argument.rfind("--", 0) == 0) {
        read_long(argument);
      } else {
        read_short_or_positional(argument);
      }
    }
    return std::move(line_);
  }

 private:
  void read_long(const std::string& argument) {
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(2, equals - 2);
    for (const CLI::Option* option : app_.get_options()) {
      for (const std::string& known : option->get_lnames()) {
        if (with_hyphens(known) != with_hyphens(name)) continue;
        line_.given.insert(option);
        if (equals == std::string::npos) {
          line_.arguments.push_back("--" + known);
          wants_value_ = !takes_no_value(*option);
        } else if (equals + 1 == argument.size()) {
          line_.arguments.push_back("--" + known);
          line_.arguments.emplace_back();
        } else {
          line_.arguments.push_back("--" + known + argument.substr(equals));
        }
        return;
      }
    }
    fail_unknown(name);
  }

  void read_short_or_positional(const std::string& argument) {
    line_.arguments.push_back(argument);
    if (argument.size() < 2 || argument[0] != '-') return;
    const CLI::Option* option = app_.get_option_no_throw(argument.substr(0, 2));
    if (option == nullptr) {
      fail_usage(
          fmt::format("there is no option {}; --help lists the options, and `--` before an "
                      "argument that begins with a hyphen lets it pass",
                      argument));
    }
    line_.given.insert(option);
    wants_value_ = argument.size() == 2 && !takes_no_value(*option);
  }

  [[noreturn]] void fail_unknown(const std::string& name) const {
    std::vector<std::string> names;
    for (const CLI::Option* option : app_.get_options()) {
      for (const std::string& known : option->get_lnames()) names.push_back(known);
    }
    const std::string nearest = nearest_name(with_hyphens(name), names);
    fail_usage(fmt::format("there is no option --{}{}", name,
                           nearest.empty() ? "; --help lists the options"
                                           : fmt::format("; did you mean --{}?", nearest)));
  }

  const CLI::App& app_;
  CommandLine line_;
  bool wants_value_ = false;
  bool only_positionals_ = false;
};

// CLI11 names an option in its message by Option::get_name(); which one was it?
const CLI::Option* option_in(const std::string& message, const CLI::App& app) {
  const CLI::Option* longest = nullptr;
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    const bool longer = longest == nullptr || name.size() > longest->get_name().size();
    if (!name.empty() && longer && message.find(name) != message.npos) longest = option;
  }
  return longest;
}

std::string joined(const std::vector<std::string>& values) {
  return fmt::format("{}", fmt::join(values, " "));
}

// CLI11 lets "-3" wrap around where the variable is unsigned, and reports "abc" as out of range.
bool spells_number(const std::string& wanted, const std::string& text) {
  if (wanted == "a whole number, 0 or more" && text.rfind('-', 0) == 0) return false;
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

bool wants_number(const std::string& wanted) {
  return wanted == "a number" || wanted.rfind("a whole number", 0) == 0;
}

[[noreturn]] void fail_parse(const CLI::ParseError& error, const CLI::App& app,
                             const CommandLine& line) {
  const std::string message = error.what();
  const CLI::Option* option = option_in(message, app);
  if (option == nullptr) fail_usage(message);
  const std::string label = option_label(*option);
  const CLI::Option* config = app.get_config_ptr();
  const bool from_file = config->count() > 0 && line.given.count(option) == 0 &&
                         option->count() > 0 && !option->get_positional();
  const std::string where = from_file ? config->as<std::string>() + ": " : "";
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    fail_usage(fmt::format("{} is required; --help shows how", label));
  }
  const std::string wanted = wanted_type(*option);
  const bool not_a_number = dynamic_cast<const CLI::ValidationError*>(&error) != nullptr &&
                            wants_number(wanted) && option->count() > 0 &&
                            !spells_number(wanted, option->results().back());
  if (not_a_number || dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    fail_usage(fmt::format("{}{}: '{}' is not {}", where, label, joined(option->results()),
                           wanted_type(*option)));
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    fail_usage(option->count() > 1
                   ? fmt::format("{} is given {} times; it takes one value", label, option->count())
                   : fmt::format("{} needs a value: {}", label, wanted_type(*option)));
  }
  fail_usage(where + message);
}

[[noreturn]] void fail_config_file(const CLI::App& app) {
  if (app.get_config_ptr()->count() == 0) {
    fail_usage("a config file (TOML) is needed as the first argument");
  }
  throw Error(ExitCode::kInputIo, fmt::format("cannot read the config file {}",
                                              app.get_config_ptr()->as<std::string>()));
}

nlohmann::json typed(const std::string& wanted, const std::string& text) {
  if (wanted == "true or false") return text == "true" || text == "1";
  if (wanted == "a byte size") {
    const std::optional<std::uint64_t> bytes = parse_byte_size(text);
    return bytes ? nlohmann::json(*bytes) : nlohmann::json(text);
  }
  if (wanted != "text") {
    const nlohmann::json number = nlohmann::json::parse(text, nullptr, false);
    if (number.is_number()) return number;
  }
  return text;
}

// CLI11 captures a default vector as "[a,b]".
std::vector<std::string> default_elements(const std::string& text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return {};
  if (text.size() == 2) return {};
  return CLI::detail::split(text.substr(1, text.size() - 2), ',');
}

nlohmann::json value_of(const CLI::Option& option) {
  const std::string wanted = wanted_type(option);
  if (takes_many(option)) {
    nlohmann::json values = nlohmann::json::array();
    const auto texts =
        option.count() > 0 ? option.reduced_results() : default_elements(option.get_default_str());
    for (const std::string& text : texts) values.push_back(typed(wanted, text));
    return values;
  }
  if (option.count() > 0) return typed(wanted, option.reduced_results().front());
  const std::string text = option.get_default_str();
  if (takes_no_value(option)) return text == "true";
  if (text.empty()) return wanted == "text" ? nlohmann::json("") : nlohmann::json(nullptr);
  return typed(wanted, text);
}

}  // namespace

OptionSet::OptionSet(std::string_view command, std::string_view summary, ConfigFile config)
    : app_(std::string(summary), "corpusmill " + std::string(command)) {
  app_.formatter(std::make_shared<HelpFormatter>());
  app_.config_formatter(std::make_shared<TomlConfig>(app_));
  app_.option_defaults()->always_capture_default();
  app_.set_help_flag("-h,--help", "Print this text")->group("Common");
  const bool positional = config == ConfigFile::kPositional;
  app_.set_config(positional ? "config" : "--config", "",
                  "TOML file of `key = value` lines: every option below, `_` for `-`; flags win",
                  positional);
  app_.get_config_ptr()->type_name("FILE");
  if (!positional) app_.get_config_ptr()->group("Common");
}

void OptionSet::example(std::string_view command_line, std::string_view comment) {
  if (examples_.empty()) examples_ = "Examples:";
  if (!comment.empty()) examples_ += fmt::format("\n  # {}", comment);
  examples_ += fmt::format("\n  {}", command_line);
  app_.footer(examples_);
}

void OptionSet::parse(const std::vector<std::string>& arguments) {
  for (CLI::Option* option : app_.get_options({})) {
    if (takes_many(*option) && !option->get_positional()) option->allow_extra_args(false);
  }
  const CommandLine line = CommandLineReader(app_).read(arguments);
  try {
    app_.parse(std::vector<std::string>(line.arguments.rbegin(), line.arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    throw HelpRequested{app_.help()};
  } catch (const CLI::FileError&) {
    fail_config_file(app_);
  } catch (const CLI::ExtrasError&) {
    fail_usage(fmt::format("unexpected argument '{}'", app_.remaining().front()));
  } catch (const CLI::ParseError& error) {
    fail_parse(error, app_, line);
  }
  for (const CLI::Option* option : app_.get_options()) {
    const std::string wanted = wanted_type(*option);
    for (const std::string& text : option->results()) {
      if (!wants_number(wanted) || spells_number(wanted, text)) continue;
      fail_usage(fmt::format("{}: '{}' is not {}", option_label(*option), text, wanted));
    }
  }
}

nlohmann::json OptionSet::values() const {
  nlohmann::json values = nlohmann::json::object();
  for (const CLI::Option* option : app_.get_options()) {
    if (!option->get_configurable()) continue;
    values[config_key(*option)] = value_of(*option);
  }
  return values;
}

CLI::Option* add_switch(CLI::App& app, const std::string& name, bool& value,
                        const std::string& description) {
  return app.add_flag(name, value, description)->default_str(value ? "true" : "false");
}

CLI::Option* add_bytes_option(CLI::App& app, const std::string& name, std::uint64_t& value,
                              const std::string& description) {
  const auto assign = [&value](const CLI::results_t& results) {
    const std::optional<std::uint64_t> bytes = parse_byte_size(results.front());
    if (bytes) value = *bytes;
    return bytes.has_value();
  };
  return app.add_option(name, assign, description)
      ->type_name("BYTES")
      ->type_size(1)
      ->expected(1)
      ->default_str(format_byte_size(value));
}

void CommonOptions::add_to(CLI::App& app) {
  const auto common = [](CLI::Option* option) { option->group("Common"); };
  common(app.add_option("--threads", threads, "Threads to work with; 0: one per core")
             ->check(CLI::Range(0, 4096)));
  common(add_bytes_option(app, "--memory", memory_bytes, "Memory to stay within"));
  common(app.add_option("--tmp-dir", tmp_dir,
                        "Folder for temporary files (default: beside the "
                        "output)")
             ->option_text("DIR"));
  common(app.add_option("--seed", seed, "Seed of everything that is drawn by chance"));
  common(add_switch(app, "-q,--quiet", quiet, "No progress, no summary; errors only"));
  common(add_switch(app, "--json", json, "Print one JSON object on standard output at the end"));
}

std::filesystem::path CommonOptions::spill_folder(const std::filesystem::path& output) const {
  return tmp_dir.empty() ? std::filesystem::absolute(output).parent_path()
                         : std::filesystem::path(tmp_dir);
}

int CommonOptions::thread_count() const {
  if (threads > 0) return threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace corpusmill
