// An Io that counts every operation and breaks it as told: the one fault injector of the tests.
//
//   FaultIo fault;
//   fault.plan = {.fail_at = 7, .error = ENOSPC, .forever = true};
//   ScopedIo in_force(fault);
//
// Operations are numbered from 0 in the order in which they are made. Not for several threads at
// once unless only counting.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "common/io.h"

namespace corpusmill {

enum class IoCall {
  kOpen,
  kRead,
  kPread,
  kWrite,
  kFsync,
  kClose,
  kRename,
  kUnlink,
  kRmdir,
  kMkdir,
  kFtruncate,
  kFstat,
  kStat,
  kFlock,
  kMmap,
  kMunmap,
  kListDirectory,
};

std::string_view io_call_name(IoCall call);

struct FaultPlan {
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t fail_at = kNever;  // this operation fails with `error`, without being done
  int error = 0;
  bool forever = false;            // and every later one
  std::uint64_t kill_at = kNever;  // SIGKILL to ourselves before this operation
  bool one_byte = false;           // reads and writes move one byte
  bool interrupted = false;        // what may be interrupted first fails with EINTR
};

class FaultIo : public Io {
 public:
  FaultPlan plan;
  bool keeps_trace = false;

  std::uint64_t operations() const { return operations_; }
  // "write data.json" and so on, by file name; descriptors are resolved to the path they came from.
  const std::vector<std::string>& trace() const { return trace_; }

  int open(const char* path, int flags, mode_t mode) override;
  ssize_t read(int fd, void* buffer, std::size_t bytes) override;
  ssize_t pread(int fd, void* buffer, std::size_t bytes, off_t offset) override;
  ssize_t write(int fd, const void* buffer, std::size_t bytes) override;
  int fsync(int fd) override;
  int close(int fd) override;
  int rename(const char* from, const char* to) override;
  int unlink(const char* path) override;
  int rmdir(const char* path) override;
  int mkdir(const char* path, mode_t mode) override;
  int ftruncate(int fd, off_t bytes) override;
  int fstat(int fd, struct stat* out) override;
  int stat(const char* path, struct stat* out) override;
  int flock(int fd, int operation) override;
  void* mmap(std::size_t bytes, int protection, int flags, int fd) override;
  int munmap(void* address, std::size_t bytes) override;
  int list_directory(const char* path, std::vector<std::string>* names) override;

 private:
  // False, with errno, if the operation is to fail.
  bool begin(IoCall call, const std::string& name);
  std::string name_of(int fd) const;
  std::atomic<std::uint64_t> operations_{0};
  bool was_interrupted_ = false;
  std::vector<std::string> trace_;
};

// Runs `work` in a forked child and returns the child's wait status. `work` returns the exit
// status; an exception is printed and becomes 99. Only from a test without other threads.
template <typename Work>
int run_in_child(Work work);
int run_in_child_of(int (*call)(void*), void* argument);

template <typename Work>
int run_in_child(Work work) {
  return run_in_child_of([](void* argument) { return (*static_cast<Work*>(argument))(); }, &work);
}

}  // namespace corpusmill
