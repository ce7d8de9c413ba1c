// docs/commands.md names exactly the options that --help lists.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "prep/commands/commands.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

std::set<std::string> flags_in(const std::string& text) {
  static const std::regex flag(R"((^|[^\w-])(--[a-z][a-z0-9-]*[a-z0-9]))");
  std::set<std::string> flags;
  for (std::sregex_iterator match(text.begin(), text.end(), flag), end; match != end; ++match) {
    flags.insert((*match)[2]);
  }
  return flags;
}

// The names that an option's line in --help begins with, not those its description mentions.
std::set<std::string> options_of(const std::string& command) {
  std::istringstream help(run_corpusmill({command, "--help"}).out);
  std::string names;
  for (std::string line; std::getline(help, line);) {
    if (line.rfind("  -", 0) != 0) continue;
    names += " " + line.substr(0, line.find("  ", 2)) + "\n";
  }
  return flags_in(names);
}

bool is_training_command(std::string_view name) {
  return name == "pretrain" || name == "evaluate" || name == "generate";
}

TEST(CommandsDocument, NamesEveryOptionAndNoOther) {
  const std::string document =
      slurp(std::filesystem::path(CORPUSMILL_SOURCE_DIR) / "docs/commands.md");
  std::set<std::string> documented = flags_in(document);
  documented.erase("--version");
  std::set<std::string> existing;
  for (const Command& command : kCommands) {
    if (is_training_command(command.name)) continue;
    const std::set<std::string> options = options_of(std::string(command.name));
    EXPECT_GT(options.size(), 5u) << command.name;
    for (const std::string& option : options) {
      EXPECT_EQ(documented.count(option), 1u)
          << command.name << " " << option << " is not in docs/commands.md";
    }
    existing.insert(options.begin(), options.end());
  }
  for (const std::string& option : documented) {
    EXPECT_EQ(existing.count(option), 1u)
        << "docs/commands.md names " << option << ", which no command has";
  }
}

TEST(CommandsDocument, NamesEveryCommand) {
  const std::string document =
      slurp(std::filesystem::path(CORPUSMILL_SOURCE_DIR) / "docs/commands.md");
  for (const Command& command : kCommands) {
    EXPECT_NE(document.find(command.name), std::string::npos) << command.name;
  }
}

}  // namespace
}  // namespace corpusmill
