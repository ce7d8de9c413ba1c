// Decompresses zstd (RFC 8878): every frame, skippable and empty ones too, checksums verified. Zero
// bytes after the last frame are padding; any other byte there is an error. Frames that ask for a
// window over 128 MiB are refused.
//
// Not Boost's own filter, which takes a cut file for a complete one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "prep/input/decompress_filter.h"

namespace corpusmill {

inline constexpr int kZstdWindowLogMax = 27;

class ZstdDecoder {
 public:
  // `name` is for messages.
  explicit ZstdDecoder(std::string name);
  ZstdDecoder(ZstdDecoder&&) noexcept;
  ~ZstdDecoder();

  // Throws Error(kCorrupt) naming the compressed offset.
  DecodeStep decode(std::string_view input, char* out, std::size_t out_bytes);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

using ZstdFilter = DecompressFilter<ZstdDecoder>;

}  // namespace corpusmill
