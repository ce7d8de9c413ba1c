// The version of this build, as --version, manifests and summaries print it.
#pragma once

#include <string_view>

namespace corpusmill {

std::string_view tool_version();

}  // namespace corpusmill
