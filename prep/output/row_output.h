// Where a filter such as `encode` writes: standard output, or a file that appears when it is whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/file.h"
#include "prep/output/text_writer.h"

namespace corpusmill {

// Not thread-safe.
class RowOutput {
 public:
  // Empty or "-": standard output. A file's folder is made, its lock held, its bytes compressed by
  // suffix. Throws Error: kOutputInUse, kOutputIo.
  explicit RowOutput(const std::string& output);

  // Throws Error(kOutputIo); std::system_error where standard output cannot be written, as printing
  // does.
  void write(std::string_view bytes);
  void commit();
  bool is_file() const { return writer_.has_value(); }

 private:
  std::optional<OutputLock> lock_;
  std::optional<TextWriter> writer_;
};

}  // namespace corpusmill
