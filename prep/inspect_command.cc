#include "prep/commands.h"

namespace corpusmill {

ExitCode inspect_command(const std::vector<std::string>&) {
  throw Error(ExitCode::kInternal, "PLACEHOLDER: not built yet");
}

}  // namespace corpusmill
