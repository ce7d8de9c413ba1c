#include "prep/commands.h"

namespace corpusmill {

ExitCode pretrain_command(const std::vector<std::string>&) {
  throw Error(ExitCode::kInternal, "PLACEHOLDER: not built yet");
}
ExitCode evaluate_command(const std::vector<std::string>&) {
  throw Error(ExitCode::kInternal, "PLACEHOLDER: not built yet");
}
ExitCode generate_command(const std::vector<std::string>&) {
  throw Error(ExitCode::kInternal, "PLACEHOLDER: not built yet");
}

}  // namespace corpusmill
