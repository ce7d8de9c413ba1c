#include "prep/record/line_id.h"

#include <fmt/format.h>

#include "common/error.h"

namespace corpusmill {

LineId LineId::of(const Origin& origin) {
  if (origin.file > kFilesMax || origin.line > kLinesMax) {
    throw Error(ExitCode::kUsage,
                fmt::format("dedup takes up to {} input files of up to {} lines each; join "
                            "small files first",
                            kFilesMax, kLinesMax));
  }
  return from_packed((static_cast<std::uint64_t>(origin.file) << 40) | origin.line);
}

}  // namespace corpusmill
