// Files into batches of whole lines. Where a line ends does not depend on how the bytes arrive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "common/manifest.h"
#include "prep/input/input_set.h"
#include "prep/record/document.h"

namespace corpusmill {

struct LineReaderOptions {
  std::uint64_t line_bytes_max = 64 << 20;  // without the newline; under 4 GiB
  // Small enough for the cache; a batch grows past it for one long line only.
  std::uint64_t batch_bytes = 256 << 10;
  bool digest_inputs = false;
  // Only these of the input's files; origins still count from its first.
  std::size_t files_begin = 0;
  std::size_t files_end = std::numeric_limits<std::size_t>::max();
};

// LF or CRLF ends a line; the last one may lack it. A byte order mark is skipped at the start of a
// file only. A line over the limit comes as a Line with too_long and no bytes; memory stays bounded
// by line_bytes_max. Plain, gzip and zstd, told apart by content (prep/input/byte_source.h).
//
// Not thread-safe: it is a pipeline's serial source. Throws Error: kInputIo for what cannot be read
// or changed while it was read, kCorrupt for damaged or cut compressed data, naming file and
// offset.
class LineReader {
 public:
  explicit LineReader(InputSet inputs, LineReaderOptions options = {});
  ~LineReader();
  LineReader(LineReader&&) noexcept;
  LineReader& operator=(LineReader&&) noexcept;

  // The next lines of the current file; nothing after the last file.
  std::optional<LineBatch> next();

  const InputSet& inputs() const;
  // Of the files read to their end so far; `digest` is empty unless digest_inputs.
  const std::vector<InputInfo>& finished_inputs() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The lines of `bytes` as one batch of file 0. For tests and for small inputs.
LineBatch line_batch_of(std::string_view bytes);

}  // namespace corpusmill
