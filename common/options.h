// A command's options, defined once with CLI11's own calls and filled from flags and from a TOML
// file. Flags win over the file. `--min-chars 20` is `min_chars = 20`; `_` and `-` are alike in
// flags; a key or flag that does not exist is refused with the nearest one that does.
//
//   CleanOptions options;
//   OptionSet set("clean", "Keep the good lines, byte for byte");
//   set.app().add_option("-o,--output", options.output, "...")->required();
//   set.example("corpusmill clean dump.jsonl.zst -o clean.jsonl.zst");
//   set.parse(arguments);
//
// Repeated options take one value each time (`--input a --input b`), an array in the file.
// Several spellings of one option are aliases: add_option("--hidden-size,--dim", ...).
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/byte_size.h"
#include "common/edit_distance.h"

namespace corpusmill {

enum class ConfigFile {
  kFlag,        // --config FILE, optional
  kPositional,  // the first positional argument, as in `run recipe.toml`; others may follow
};

class OptionSet {
 public:
  OptionSet(std::string_view command, std::string_view summary,
            ConfigFile config = ConfigFile::kFlag);

  CLI::App& app() { return app_; }

  // A command line for the end of --help, with a comment before it if there is one.
  void example(std::string_view command_line, std::string_view comment = "");

  // Throws Error(kUsage) for what cannot be parsed, HelpRequested for --help.
  void parse(const std::vector<std::string>& arguments);

  // Every option's final value under its config key ("min_chars"), defaults included; after
  // parse(). Numbers, booleans, strings, arrays of them; byte sizes are numbers; null is an option
  // that has neither value nor default.
  nlohmann::json values() const;

  // Whether the flag or the config key was given ("--min-chars").
  bool given(const std::string& name) const { return app_.count(name) > 0; }

 private:
  CLI::App app_;
  std::string examples_;
};

// Thrown by parse() for --help; run_command_table prints the text on standard output, exit 0.
struct HelpRequested {
  std::string text;
};

// A switch with its default in `value`: "--bos,!--no-bos" has a spelling for each state. Prefer it
// to CLI11's add_flag, which cannot tell --help and values() that a switch is on by default.
CLI::Option* add_switch(CLI::App& app, const std::string& name, bool& value,
                        const std::string& description);

// A byte size as a CLI11 option ("64MiB"; parse_byte_size).
CLI::Option* add_bytes_option(CLI::App& app, const std::string& name, std::uint64_t& value,
                              const std::string& description);

// The options that mean the same everywhere (docs/commands.md).
struct CommonOptions {
  int threads = 0;  // 0: every core
  std::uint64_t memory_bytes = 4ULL << 30;
  std::string tmp_dir;  // empty: beside the output
  std::uint64_t seed = 42;
  bool quiet = false;
  bool json = false;
  void add_to(CLI::App& app);
  int thread_count() const;  // what 0 stands for
  // Where temporary files of a run that writes `output` lie.
  std::filesystem::path spill_folder(const std::filesystem::path& output) const;
};

}  // namespace corpusmill
