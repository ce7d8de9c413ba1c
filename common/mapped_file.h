// A file mapped read-only. Move-only; readable from any number of threads. A file that another
// process cuts short while it is mapped ends ours with SIGBUS: published files are never changed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace corpusmill {

class MappedFile {
 public:
  // Throws Error(kInputIo), for anything but a regular file too. An empty file maps to an empty
  // span.
  static MappedFile open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  // Asks the kernel to read it all, soon and in order, and does not wait.
  void read_ahead() const;
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::filesystem::path& path() const { return path_; }

 private:
  MappedFile() = default;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::filesystem::path path_;
};

}  // namespace corpusmill
