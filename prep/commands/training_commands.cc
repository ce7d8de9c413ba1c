// The training commands live in another program, so that preparing data never loads LibTorch.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "common/file.h"
#include "prep/commands/commands.h"

namespace corpusmill {
namespace {

constexpr std::string_view kTrainProgram = "corpusmill-train";

ExitCode start_trainer(std::string command, std::vector<std::string> arguments) {
  const std::filesystem::path folder =
      std::filesystem::read_symlink("/proc/self/exe").parent_path();
  std::string program = (folder / kTrainProgram).string();
  if (!file_exists(program)) {
    throw Error(ExitCode::kUsage,
                fmt::format("training is not part of this build: there is no {} in {}; build with "
                            "CORPUSMILL_TRAIN=ON (docs/commands.md)",
                            kTrainProgram, folder.string()));
  }
  std::vector<char*> argv = {program.data(), command.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  throw_errno(ExitCode::kInternal, "start", program);
}

}  // namespace

ExitCode pretrain_command(const std::vector<std::string>& arguments) {
  return start_trainer("pretrain", arguments);
}

ExitCode evaluate_command(const std::vector<std::string>& arguments) {
  return start_trainer("evaluate", arguments);
}

ExitCode generate_command(const std::vector<std::string>& arguments) {
  return start_trainer("generate", arguments);
}

}  // namespace corpusmill
