// One gzip member or zstd frame of a block of bytes. Fixed level: same bytes in, same bytes out.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "prep/input/byte_source.h"

namespace corpusmill {

inline constexpr int kZstdLevel = 3;
inline constexpr int kGzipLevel = 6;

// Not thread-safe; one per thread.
class FrameCompressor {
 public:
  explicit FrameCompressor(Compression compression);
  ~FrameCompressor();
  FrameCompressor(FrameCompressor&&) noexcept;

  // kNone copies.
  std::string compress(std::string_view block);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace corpusmill
