// JSONL output: plain, gzip or zstd by the name's suffix (.gz, .zst), published atomically. The
// bytes depend on what is written alone, not on threads or on how the writes are cut.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace corpusmill {

// Not thread-safe. Throws Error(kOutputIo). Compressed output is a chain of members or frames, one
// per kTextFrameBytes of input, compressed on worker threads.
inline constexpr std::uint64_t kTextFrameBytes = 4 << 20;

class TextWriter {
 public:
  explicit TextWriter(const std::filesystem::path& final_path);
  ~TextWriter();  // without commit() nothing is left behind
  TextWriter(TextWriter&&) noexcept;

  void write(std::string_view bytes);
  void commit();
  std::uint64_t bytes_in() const;  // before compression
  const std::filesystem::path& final_path() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace corpusmill
