#include "common/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <utility>

#include "common/error.h"
#include "common/file.h"
#include "common/io.h"

namespace corpusmill {

MappedFile MappedFile::open(const std::filesystem::path& path) {
  File file = File::open_read(path);
  struct stat status {};
  if (io().fstat(file.descriptor(), &status) != 0) {
    throw_errno(ExitCode::kInputIo, "examine", path);
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ExitCode::kInputIo,
                fmt::format("cannot map {}: it is not a regular file", path.string()));
  }
  MappedFile mapped;
  mapped.path_ = path;
  const std::size_t bytes = static_cast<std::size_t>(status.st_size);
  if (bytes == 0) return mapped;
  void* address = io().mmap(bytes, PROT_READ, MAP_SHARED, file.descriptor());
  if (address == MAP_FAILED) throw_errno(ExitCode::kInputIo, "map", path);
  mapped.data_ = static_cast<const std::byte*>(address);
  mapped.size_ = bytes;
  return mapped;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      path_(std::move(other.path_)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(path_, other.path_);
  return *this;
}

void MappedFile::read_ahead() const {
  // Advice: what becomes of it changes nothing but time.
  if (data_ != nullptr) madvise(const_cast<std::byte*>(data_), size_, MADV_WILLNEED);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) io().munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace corpusmill
