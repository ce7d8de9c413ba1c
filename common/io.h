// The one seam through which every file operation of ours passes, so that tests can count each
// operation, fail it, shorten it, or kill the process at it (tests/support/fault_io.h).
//
// The functions have the contract of the system calls they are named for: -1 (or MAP_FAILED) and
// errno on failure. Everything else in common/ builds on them; nothing else calls the system.
// Libraries that open files by themselves (sentencepiece, simdjson) are given bytes instead.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace corpusmill {

class Io {
 public:
  virtual ~Io() = default;
  virtual int open(const char* path, int flags, mode_t mode);
  virtual ssize_t read(int fd, void* buffer, std::size_t bytes);
  virtual ssize_t pread(int fd, void* buffer, std::size_t bytes, off_t offset);
  virtual ssize_t write(int fd, const void* buffer, std::size_t bytes);
  virtual int fsync(int fd);
  // sync_file_range(SYNC_FILE_RANGE_WRITE): the disk starts on these bytes, nobody waits for it. A
  // hint, so nobody looks whether it failed, and the fault injector does not count it.
  virtual int start_writeback(int fd, off_t offset, off_t bytes);
  virtual int close(int fd);
  virtual int rename(const char* from, const char* to);
  virtual int unlink(const char* path);
  virtual int rmdir(const char* path);
  virtual int mkdir(const char* path, mode_t mode);
  virtual int ftruncate(int fd, off_t bytes);
  virtual int fstat(int fd, struct stat* out);
  virtual int stat(const char* path, struct stat* out);
  virtual int flock(int fd, int operation);
  virtual void* mmap(std::size_t bytes, int protection, int flags, int fd);
  virtual int munmap(void* address, std::size_t bytes);
  // Names in the folder without "." and "..", in byte order; -1 and errno on failure.
  virtual int list_directory(const char* path, std::vector<std::string>* names);
};

// The implementation in force: the system's, unless a test has put another in its place.
Io& io();

// Puts `replacement` in force while it lives. For tests; not while other threads do I/O.
class ScopedIo {
 public:
  explicit ScopedIo(Io& replacement);
  ~ScopedIo();
  ScopedIo(const ScopedIo&) = delete;
  ScopedIo& operator=(const ScopedIo&) = delete;

 private:
  Io* previous_;
};

}  // namespace corpusmill
