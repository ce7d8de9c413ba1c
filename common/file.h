// Files by RAII, over the seam in common/io.h. Every failure throws Error naming the path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace corpusmill {

// An open descriptor. Move-only. Not for use by two threads at once, save read_at.
class File {
 public:
  // Errors carry kInputIo for files opened to read, kOutputIo for files opened to write.
  static File open_read(const std::filesystem::path& path);
  // O_EXCL: fails if the file exists.
  static File create_new(const std::filesystem::path& path);
  // The same, but nothing if the file exists.
  static std::optional<File> try_create_new(const std::filesystem::path& path);
  // Creates the file if it is missing; writes go to its end.
  static File open_append(const std::filesystem::path& path);
  // For reading and writing, without a name in `folder`: gone when the descriptor is.
  static File create_unnamed(const std::filesystem::path& folder);
  // To sync its entries; errors carry kOutputIo.
  static File open_folder(const std::filesystem::path& path);
  static File standard_input();

  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();  // closes without checking: whoever wrote calls close()

  // Up to `bytes`; 0 at the end. Retries EINTR.
  std::size_t read_some(void* buffer, std::size_t bytes);
  // Exactly `bytes` from `offset`; a shorter file throws kCorrupt.
  void read_at(void* buffer, std::size_t bytes, std::uint64_t offset) const;
  void write_all(std::string_view bytes);
  void sync();   // a failed fsync is final: the caller discards the file, never retries
  void close();  // checked
  void truncate(std::uint64_t bytes);
  std::uint64_t size() const;
  const std::filesystem::path& path() const { return path_; }
  int descriptor() const { return fd_; }

 private:
  File(int fd, std::filesystem::path path, ExitCode code);
  void close_quietly() noexcept;
  int fd_ = -1;  // -1: closed or moved from
  std::filesystem::path path_;
  ExitCode code_ = ExitCode::kInputIo;
};

// The publish protocol, the only one: exclusive temporary name in the same folder -> write -> fsync
// -> close (checked) -> rename -> fsync the folder. The disk starts on a large file while it is
// still written, so that the fsync is short. Until commit() returns, nothing carries the final name
// (an older file of that name stays as it was); the destructor removes what is left. Errors carry
// kOutputIo. A final name that is taken by something other than a regular file (a folder,
// /dev/null) is refused.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path final_path);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();
  // Unbuffered: callers bring large pieces.
  void write(std::string_view bytes);
  std::uint64_t bytes_written() const { return bytes_written_; }
  void commit();
  const std::filesystem::path& final_path() const { return final_path_; }

 private:
  std::filesystem::path final_path_;
  File file_;  // its path is the temporary name
  std::uint64_t bytes_written_ = 0;
  std::uint64_t bytes_at_disk_ = 0;  // handed to the disk while more are made
  bool finished_ = false;
};

// Temporary names are `.<final name>.tmp-<pid>`, or `.tmp-<pid>-<n>` where that one is taken (in
// containers every run has the same process id).
//
// Removes all temporaries of this final name. Call it while holding the OutputLock and before the
// first AtomicFile: what is there then was left by runs that died.
void remove_stale_temporaries(const std::filesystem::path& final_path);

// The final name that `name` is a temporary of, or "" if it is none.
std::string final_name_of_temporary(std::string_view name);

// The capacity of what read_file() returns is so much larger than its size: parsers that read whole
// vectors, such as simdjson, then need no copy of their own.
inline constexpr std::size_t kReadFilePadding = 64;
// Throws kInputIo if unreadable, kCorrupt if larger than `bytes_max`.
std::string read_file(const std::filesystem::path& path, std::uint64_t bytes_max);
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);
// True for anything of that name; throws kInputIo if that cannot be found out.
bool file_exists(const std::filesystem::path& path);
// Names in the folder in byte order. Throws kInputIo.
std::vector<std::string> list_directory(const std::filesystem::path& path);
// Removes the file and fsyncs its folder; a missing file is fine.
void remove_file(const std::filesystem::path& path);
// mkdir -p, each new entry fsynced.
void make_directories(const std::filesystem::path& path);
void sync_directory(const std::filesystem::path& path);

// Held while a run writes an output: `.<name>.lock` beside it, by flock, so it ends with the
// process, however that ends. A second run throws kOutputInUse naming the holder's process id. The
// folder must exist. On a file system without locks the output is simply not locked.
class OutputLock {
 public:
  explicit OutputLock(const std::filesystem::path& output);
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

 private:
  bool take();
  std::filesystem::path path_;
  File file_;
};

}  // namespace corpusmill
