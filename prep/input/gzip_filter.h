// Decompresses gzip (RFC 1952): every member, in constant memory. Zero bytes after the last member
// are padding; any other byte there is an error.
//
// Not Boost's own filter, which falls to 3 MB/s on thousands of tiny members: here one inflate
// state serves them all.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "prep/input/decompress_filter.h"

namespace corpusmill {

class GzipDecoder {
 public:
  // `name` is for messages.
  explicit GzipDecoder(std::string name);
  GzipDecoder(GzipDecoder&&) noexcept;
  ~GzipDecoder();

  // Throws Error(kCorrupt) naming the compressed offset.
  DecodeStep decode(std::string_view input, char* out, std::size_t out_bytes);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

using GzipFilter = DecompressFilter<GzipDecoder>;

}  // namespace corpusmill
