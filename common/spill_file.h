// What does not fit into memory: bytes appended to a file without a name, and read back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "common/file.h"

namespace corpusmill {

// Gone when the process is. Thread-safe. Throws Error(kOutputIo) naming the folder and --tmp-dir.
class SpillFile {
 public:
  // The file is made in `folder` by the first append; the folder must exist by then.
  explicit SpillFile(const std::filesystem::path& folder) : folder_(folder) {}

  // Returns where the bytes begin: each append lies in one piece, in the order of the calls.
  std::uint64_t append(std::string_view bytes);
  std::string read(std::uint64_t offset, std::uint64_t bytes) const;
  // The same into memory of the caller's. What was never appended throws Error(kCorrupt).
  void read_into(void* buffer, std::uint64_t bytes, std::uint64_t offset) const;
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::unique_ptr<File> file_;
  std::uint64_t bytes_ = 0;
};

}  // namespace corpusmill
