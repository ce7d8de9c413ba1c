#include "common/command_table.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <new>
#include <system_error>

#include "common/options.h"
#include "common/stop_signal.h"
#include "common/version.h"

namespace corpusmill {
namespace {

int as_int(ExitCode code) {
  return static_cast<int>(code);
}

int report(const std::string& prefix, ExitCode code, std::string_view message) {
  // What a command printed before comes first, also where both go to one file.
  std::fflush(stdout);
  fmt::print(stderr, "{}: {}\n", prefix, message);
  return as_int(code);
}

void print_command_list(std::string_view program, std::span<const Command> commands) {
  fmt::print("{} {}: from raw JSONL to token shards to a language model\n\n", program,
             tool_version());
  fmt::print("Usage: {} <command> [options]\n\nCommands:\n", program);
  for (const Command& command : commands) {
    fmt::print("  {:<17}{}\n", command.name, command.summary);
  }
  fmt::print("\n`{} <command> --help` explains a command and shows examples.\n", program);
}

// A full disk or a closed pipe under standard output shows only here.
int finish_output(const std::string& prefix, int code) {
  const bool failed = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (!failed || errno == EPIPE) return failed ? as_int(ExitCode::kOutputIo) : code;
  return report(
      prefix, ExitCode::kOutputIo,
      fmt::format("cannot write standard output: {}", std::generic_category().message(errno)));
}

int run_command(const std::string& prefix, const Command& command,
                const std::vector<std::string>& arguments) {
  try {
    return finish_output(prefix, as_int(command.run(arguments)));
  } catch (const HelpRequested& help) {
    fmt::print("{}", help.text);
    return finish_output(prefix, 0);
  } catch (const Error& error) {
    return report(prefix, error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return report(prefix, ExitCode::kInternal,
                  "out of memory; give it less to do at once (--memory, --threads)");
  } catch (const std::system_error& error) {
    // Whoever read our standard output has gone (`| head`): nothing to tell anyone.
    if (error.code().value() == EPIPE) return as_int(ExitCode::kOutputIo);
    return report(prefix, ExitCode::kInternal, fmt::format("a bug of ours: {}", error.what()));
  } catch (const std::exception& error) {
    return report(prefix, ExitCode::kInternal, fmt::format("a bug of ours: {}", error.what()));
  }
}

int refuse_command(std::string_view program, std::span<const Command> commands,
                   const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : commands) names.emplace_back(command.name);
  const std::string nearest = nearest_name(name, names);
  return report(std::string(program), ExitCode::kUsage,
                nearest.empty()
                    ? fmt::format("there is no command '{}'; --help lists them", name)
                    : fmt::format("there is no command '{}'; did you mean '{}'?", name, nearest));
}

}  // namespace

int run_command_table(std::string_view program, std::span<const Command> commands, int argc,
                      char** argv) {
  install_stop_signals();
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const std::string program_name(program);
  if (arguments.empty()) {
    return report(program_name, ExitCode::kUsage, "which command? --help lists them");
  }
  const std::string& name = arguments.front();
  if (name == "--version") {
    fmt::print("{} {}\n", program, tool_version());
    return finish_output(program_name, 0);
  }
  if (name == "--help" || name == "-h" || name == "help") {
    print_command_list(program, commands);
    return finish_output(program_name, 0);
  }
  for (const Command& command : commands) {
    if (command.name == name) {
      return run_command(fmt::format("{} {}", program, name), command,
                         {arguments.begin() + 1, arguments.end()});
    }
  }
  return refuse_command(program, commands, name);
}

}  // namespace corpusmill
