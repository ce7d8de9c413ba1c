#include "common/version.h"

namespace corpusmill {

std::string_view tool_version() {
  return CORPUSMILL_VERSION;
}

}  // namespace corpusmill
