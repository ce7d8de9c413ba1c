// What the gzip and zstd filters share: the Boost.Iostreams form (a multichar input filter) around
// a decoder that takes bytes and gives bytes.
#pragma once

#include <boost/iostreams/concepts.hpp>
#include <boost/iostreams/read.hpp>
#include <cstddef>
#include <ios>
#include <memory>
#include <string_view>
#include <utility>

namespace corpusmill {

inline constexpr std::size_t kCompressedReadBytes = 1 << 20;

struct DecodeStep {
  std::size_t consumed = 0;
  std::size_t produced = 0;
};

// A Decoder has
//   DecodeStep decode(std::string_view input, char* out, std::size_t out_bytes);
//   void finish();  // at the end of the input: throws Error(kCorrupt) if it came too early
// decode() makes progress whenever it has input and room.
template <class Decoder>
class DecompressFilter : public boost::iostreams::multichar_input_filter {
 public:
  explicit DecompressFilter(Decoder decoder)
      : decoder_(std::move(decoder)), buffer_(new char[kCompressedReadBytes]) {}

  template <class Source>
  std::streamsize read(Source& source, char* out, std::streamsize out_bytes) {
    const auto room = static_cast<std::size_t>(out_bytes);
    while (true) {
      if (!input_.empty() || output_pending_) {
        const DecodeStep step = decoder_.decode(input_, out, room);
        input_.remove_prefix(step.consumed);
        output_pending_ = step.produced == room;
        if (step.produced > 0) return static_cast<std::streamsize>(step.produced);
      }
      if (!input_.empty()) continue;
      const std::streamsize got = boost::iostreams::read(
          source, buffer_.get(), static_cast<std::streamsize>(kCompressedReadBytes));
      if (got < 0) {
        decoder_.finish();
        return -1;
      }
      input_ = {buffer_.get(), static_cast<std::size_t>(got)};
    }
  }

 private:
  Decoder decoder_;
  std::unique_ptr<char[]> buffer_;
  std::string_view input_;
  bool output_pending_ = false;
};

}  // namespace corpusmill
