// A command's options, defined once with CLI11's own calls and filled from flags and from a TOML
// file. Flags win over the file. `--min-chars 20` is `min_chars = 20`; a key or flag that does not
// exist is refused with the nearest one that does.
//
//   CleanOptions options;
//   OptionSet set("clean", "Keep the good lines, byte for byte");
//   set.app().add_option("-o,--output", options.output, "...")->required();
//   set.parse(arguments);
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill {

enum class ConfigFile {
  kFlag,        // --config FILE, optional
  kPositional,  // the first positional argument, as in `run recipe.toml`
};

class OptionSet {
 public:
  OptionSet(std::string_view command, std::string_view summary,
            ConfigFile config = ConfigFile::kFlag);

  CLI::App& app() { return app_; }

  // Throws Error(kUsage) for what cannot be parsed, HelpRequested for --help.
  void parse(const std::vector<std::string>& arguments);

  // Every option's final value under its config key ("min_chars"), defaults included.
  nlohmann::json values() const;

 private:
  CLI::App app_;
};

// Thrown by parse() for --help; run_command_table prints the text on standard output, exit 0.
struct HelpRequested {
  std::string text;
};

// The options that mean the same everywhere (docs/commands.md).
struct CommonOptions {
  int threads = 0;                     // 0: every core
  std::uint64_t memory_bytes = 4ULL << 30;
  std::string tmp_dir;                 // empty: beside the output
  std::uint64_t seed = 42;
  bool quiet = false;
  bool json = false;
  void add_to(CLI::App& app);
  int thread_count() const;            // what 0 stands for
};

// "64MiB", "4GiB", "1.5GB", "1000" -> bytes, as a CLI11 option. Binary units are 1024-based.
CLI::Option* add_bytes_option(CLI::App& app, const std::string& name, std::uint64_t& value,
                              const std::string& description);

// The candidate nearest to `word` by edit distance, or "" if none is near.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace corpusmill
