// The commands of an executable: name, one line for --help, and the function that runs it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace corpusmill {

// The arguments after the command's name. Throws Error; prints only what the command is for.
using CommandFunction = ExitCode (*)(const std::vector<std::string>& arguments);

struct Command {
  std::string_view name;
  std::string_view summary;
  CommandFunction run;
};

// A whole main: picks the command, prints --help and --version, prints an Error as
// "corpusmill <command>: <message>" on standard error, and returns the exit code. A misspelt
// command is answered with the nearest name and kUsage.
int run_command_table(std::string_view program, std::span<const Command> commands, int argc,
                      char** argv);

}  // namespace corpusmill
