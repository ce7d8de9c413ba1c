#include "tests/support/fault_io.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>

namespace corpusmill {
namespace {

constexpr std::array<std::string_view, 17> kCallNames = {
    "open",  "read",      "pread", "write", "fsync", "close", "rename", "unlink",        "rmdir",
    "mkdir", "ftruncate", "fstat", "stat",  "flock", "mmap",  "munmap", "list_directory"};

bool may_be_interrupted(IoCall call) {
  return call <= IoCall::kFsync || call == IoCall::kFtruncate || call == IoCall::kFlock;
}

}  // namespace

std::string_view io_call_name(IoCall call) {
  return kCallNames[static_cast<std::size_t>(call)];
}

std::string FaultIo::name_of(int fd) const {
  if (!keeps_trace) return "";
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t bytes = ::readlink(link.c_str(), path.data(), path.size());
  return bytes < 0 ? "?" : std::string(path.data(), static_cast<std::size_t>(bytes));
}

bool FaultIo::begin(IoCall call, const std::string& name) {
  if (plan.interrupted && may_be_interrupted(call)) {
    was_interrupted_ = !was_interrupted_;
    if (was_interrupted_) {
      errno = EINTR;
      return false;
    }
  }
  const std::uint64_t number = operations_++;
  if (keeps_trace) {
    trace_.push_back(std::string(io_call_name(call)) + " " +
                     std::filesystem::path(name).filename().string());
  }
  if (number == plan.kill_at) ::kill(::getpid(), SIGKILL);
  if (number == plan.fail_at || (plan.forever && number > plan.fail_at)) {
    errno = plan.error;
    return false;
  }
  return true;
}

int FaultIo::open(const char* path, int flags, mode_t mode) {
  return begin(IoCall::kOpen, path) ? Io::open(path, flags, mode) : -1;
}

ssize_t FaultIo::read(int fd, void* buffer, std::size_t bytes) {
  if (!begin(IoCall::kRead, name_of(fd))) return -1;
  return Io::read(fd, buffer, plan.one_byte ? std::min<std::size_t>(bytes, 1) : bytes);
}

ssize_t FaultIo::pread(int fd, void* buffer, std::size_t bytes, off_t offset) {
  if (!begin(IoCall::kPread, name_of(fd))) return -1;
  return Io::pread(fd, buffer, plan.one_byte ? std::min<std::size_t>(bytes, 1) : bytes, offset);
}

ssize_t FaultIo::write(int fd, const void* buffer, std::size_t bytes) {
  if (!begin(IoCall::kWrite, name_of(fd))) return -1;
  return Io::write(fd, buffer, plan.one_byte ? std::min<std::size_t>(bytes, 1) : bytes);
}

int FaultIo::fsync(int fd) {
  return begin(IoCall::kFsync, name_of(fd)) ? Io::fsync(fd) : -1;
}

// Like Linux: the descriptor is gone even when close fails.
int FaultIo::close(int fd) {
  const bool is_done = begin(IoCall::kClose, name_of(fd));
  const int error = errno;
  const int result = Io::close(fd);
  if (is_done) return result;
  errno = error;
  return -1;
}

int FaultIo::rename(const char* from, const char* to) {
  return begin(IoCall::kRename, to) ? Io::rename(from, to) : -1;
}

int FaultIo::unlink(const char* path) {
  return begin(IoCall::kUnlink, path) ? Io::unlink(path) : -1;
}

int FaultIo::rmdir(const char* path) {
  return begin(IoCall::kRmdir, path) ? Io::rmdir(path) : -1;
}

int FaultIo::mkdir(const char* path, mode_t mode) {
  return begin(IoCall::kMkdir, path) ? Io::mkdir(path, mode) : -1;
}

int FaultIo::ftruncate(int fd, off_t bytes) {
  return begin(IoCall::kFtruncate, name_of(fd)) ? Io::ftruncate(fd, bytes) : -1;
}

int FaultIo::fstat(int fd, struct stat* out) {
  return begin(IoCall::kFstat, name_of(fd)) ? Io::fstat(fd, out) : -1;
}

int FaultIo::stat(const char* path, struct stat* out) {
  return begin(IoCall::kStat, path) ? Io::stat(path, out) : -1;
}

int FaultIo::flock(int fd, int operation) {
  return begin(IoCall::kFlock, name_of(fd)) ? Io::flock(fd, operation) : -1;
}

void* FaultIo::mmap(std::size_t bytes, int protection, int flags, int fd) {
  return begin(IoCall::kMmap, name_of(fd)) ? Io::mmap(bytes, protection, flags, fd) : MAP_FAILED;
}

int FaultIo::munmap(void* address, std::size_t bytes) {
  return begin(IoCall::kMunmap, "") ? Io::munmap(address, bytes) : -1;
}

int FaultIo::list_directory(const char* path, std::vector<std::string>* names) {
  return begin(IoCall::kListDirectory, path) ? Io::list_directory(path, names) : -1;
}

int run_in_child_of(int (*call)(void*), void* argument) {
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 99;
    try {
      status = call(argument);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "child: %s\n", error.what());
    }
    ::_exit(status);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace corpusmill
