// The TOML side of OptionSet (common/options.h): flat `key = value` lines, read with toml++.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <istream>
#include <string>
#include <vector>

namespace corpusmill {

// "--min-chars" and "min_chars" -> "min_chars".
std::string config_key(std::string_view option_name);
// The config key of an option: of its first long name, or of its positional name.
std::string config_key(const CLI::Option& option);
// How messages name an option: "--min-chars", or "inputs" for a positional one.
std::string option_label(const CLI::Option& option);
bool takes_many(const CLI::Option& option);
bool takes_no_value(const CLI::Option& option);
// "a whole number", "a number", "true or false", "text": what the option's type asks for.
std::string wanted_type(const CLI::Option& option);

class TomlConfig : public CLI::Config {
 public:
  // `app` outlives this; its config option names the file in messages.
  explicit TomlConfig(const CLI::App& app) : app_(app) {}

  // Throws Error(kUsage): not TOML, an unknown key, a wrong type, one option under two spellings.
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;
  std::string to_config(const CLI::App*, bool, bool, std::string) const override { return ""; }

 private:
  const CLI::App& app_;
};

}  // namespace corpusmill
