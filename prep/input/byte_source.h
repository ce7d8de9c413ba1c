// The bytes of one input, decompressed. What the input is, its first bytes tell, not its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "common/manifest.h"
#include "prep/input/input_set.h"

namespace corpusmill {

enum class Compression : std::uint8_t { kNone, kGzip, kZstd };

// Of data that starts with `head` (at least kCompressionHeadBytes of it, or all there is).
Compression detect_compression(std::string_view head);
inline constexpr std::size_t kCompressionHeadBytes = 16;

// Not thread-safe. Throws Error: kInputIo for what cannot be read, was changed meanwhile or is in a
// format that we do not read; kCorrupt for damaged or cut compressed data.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to `bytes` bytes; 0 at the end and only there.
  virtual std::size_t read(char* buffer, std::size_t bytes) = 0;
  // Bytes taken from the disk so far. Callable from any thread.
  virtual std::uint64_t bytes_on_disk() const = 0;
  // After read() returned 0: makes sure that the file is the one that was resolved and did not
  // change, and describes it.
  virtual InputInfo finish() = 0;
};

std::unique_ptr<ByteSource> open_byte_source(const InputFile& file, bool digest);

}  // namespace corpusmill
