#include "common/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace corpusmill {

void throw_errno(ExitCode code, std::string_view action, const std::filesystem::path& path) {
  const int number = errno;
  throw Error(code, fmt::format("cannot {} {}: {}", action, path.string(),
                                std::generic_category().message(number)));
}

}  // namespace corpusmill
