// Writes a large file beside the work that makes its bytes.
//
// Bytes are copied into pieces of kPieceBytes; full ones are written by a thread of its own, which
// spends its time waiting for the disk. The pieces lie so that they go past the kernel's cache,
// which would have to copy each page, and to write it out before the file is synced. A file smaller
// than a piece is written by the caller, when it ends.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "common/file.h"

namespace corpusmill {

// Not thread-safe. What the disk refuses is thrown as Error(kOutputIo) by a later call. Memory: a
// piece, and two more from the first full one on.
class BackgroundWriter {
 public:
  static constexpr std::size_t kPieceBytes = std::size_t{4} << 20;

  // `file` outlives it, and nobody else writes to it until finish() returns.
  explicit BackgroundWriter(AtomicFile& file);
  // Without finish(), some of the bytes may not be in the file.
  ~BackgroundWriter();
  BackgroundWriter(const BackgroundWriter&) = delete;
  BackgroundWriter& operator=(const BackgroundWriter&) = delete;

  void write(std::string_view bytes);
  // Returns when all bytes have been handed to the file.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace corpusmill
