#include "common/io.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>

namespace corpusmill {

int Io::open(const char* path, int flags, mode_t mode) {
  return ::open(path, flags, mode);
}
ssize_t Io::read(int fd, void* buffer, std::size_t bytes) {
  return ::read(fd, buffer, bytes);
}
ssize_t Io::pread(int fd, void* buffer, std::size_t bytes, off_t offset) {
  return ::pread(fd, buffer, bytes, offset);
}
ssize_t Io::write(int fd, const void* buffer, std::size_t bytes) {
  return ::write(fd, buffer, bytes);
}
int Io::fsync(int fd) {
  return ::fsync(fd);
}
int Io::start_writeback(int fd, off_t offset, off_t bytes) {
  return ::sync_file_range(fd, offset, bytes, SYNC_FILE_RANGE_WRITE);
}
int Io::close(int fd) {
  return ::close(fd);
}
int Io::rename(const char* from, const char* to) {
  return ::rename(from, to);
}
int Io::unlink(const char* path) {
  return ::unlink(path);
}
int Io::rmdir(const char* path) {
  return ::rmdir(path);
}
int Io::mkdir(const char* path, mode_t mode) {
  return ::mkdir(path, mode);
}
int Io::ftruncate(int fd, off_t bytes) {
  return ::ftruncate(fd, bytes);
}
int Io::fstat(int fd, struct stat* out) {
  return ::fstat(fd, out);
}
int Io::stat(const char* path, struct stat* out) {
  return ::stat(path, out);
}
int Io::flock(int fd, int operation) {
  return ::flock(fd, operation);
}
void* Io::mmap(std::size_t bytes, int protection, int flags, int fd) {
  return ::mmap(nullptr, bytes, protection, flags, fd, 0);
}
int Io::munmap(void* address, std::size_t bytes) {
  return ::munmap(address, bytes);
}

int Io::list_directory(const char* path, std::vector<std::string>* names) {
  names->clear();
  DIR* directory = ::opendir(path);
  if (directory == nullptr) return -1;
  errno = 0;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names->emplace_back(name);
    errno = 0;
  }
  const int error = errno;
  ::closedir(directory);
  errno = error;
  if (error != 0) return -1;
  std::sort(names->begin(), names->end());
  return 0;
}

namespace {

Io* in_force = nullptr;

}  // namespace

Io& io() {
  static Io system_io;
  return in_force == nullptr ? system_io : *in_force;
}

ScopedIo::ScopedIo(Io& replacement) : previous_(in_force) {
  in_force = &replacement;
}
ScopedIo::~ScopedIo() {
  in_force = previous_;
}

}  // namespace corpusmill
