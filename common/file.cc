#include "common/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/io.h"

namespace corpusmill {
namespace {

// Linux transfers at most 0x7ffff000 bytes a call; larger requests are cut here.
constexpr std::size_t kTransferBytesMax = 1 << 30;

template <typename Call>
auto retry_interrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

int open_retrying(const std::filesystem::path& path, int flags) {
  return retry_interrupted(
      [&] { return io().open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, 0666); });
}

int open_or_throw(const std::filesystem::path& path, int flags, ExitCode code,
                  std::string_view action) {
  const int fd = open_retrying(path, flags);
  if (fd < 0) throw_errno(code, action, path);
  return fd;
}

}  // namespace

File::File(int fd, std::filesystem::path path, ExitCode code)
    : fd_(fd), path_(std::move(path)), code_(code) {}

File File::open_read(const std::filesystem::path& path) {
  return {open_or_throw(path, O_RDONLY, ExitCode::kInputIo, "open"), path, ExitCode::kInputIo};
}

File File::create_new(const std::filesystem::path& path) {
  if (std::optional<File> file = try_create_new(path)) return std::move(*file);
  throw Error(ExitCode::kOutputIo, fmt::format("cannot create {}: it exists", path.string()));
}

// Writes go to its end, so that AtomicFile may write by a second descriptor.
std::optional<File> File::try_create_new(const std::filesystem::path& path) {
  const int fd = open_retrying(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND);
  if (fd >= 0) return File(fd, path, ExitCode::kOutputIo);
  if (errno != EEXIST) throw_errno(ExitCode::kOutputIo, "create", path);
  return std::nullopt;
}

File File::open_append(const std::filesystem::path& path) {
  return {open_or_throw(path, O_RDWR | O_CREAT | O_APPEND, ExitCode::kOutputIo, "open for writing"),
          path, ExitCode::kOutputIo};
}

File File::create_unnamed(const std::filesystem::path& folder) {
  // What an error calls it, since it has no name.
  const std::filesystem::path label = folder / "(temporary file; --tmp-dir names another folder)";
  const int fd = open_retrying(folder, O_RDWR | O_TMPFILE);
  if (fd >= 0) return {fd, label, ExitCode::kOutputIo};
  // Some network and layered file systems know no O_TMPFILE: there it has a name for a moment.
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) {
    throw_errno(ExitCode::kOutputIo, "create", label);
  }
  for (int number = 0;; ++number) {
    const std::filesystem::path path =
        folder / fmt::format(".corpusmill-spill-{}-{}", getpid(), number);
    const int named = open_retrying(path, O_RDWR | O_CREAT | O_EXCL);
    if (named < 0 && errno == EEXIST) continue;
    if (named < 0) throw_errno(ExitCode::kOutputIo, "create", label);
    File file(named, label, ExitCode::kOutputIo);
    if (io().unlink(path.c_str()) != 0) throw_errno(ExitCode::kOutputIo, "remove", path);
    return file;
  }
}

File File::open_folder(const std::filesystem::path& path) {
  return {open_or_throw(path, O_RDONLY | O_DIRECTORY, ExitCode::kOutputIo, "open folder"), path,
          ExitCode::kOutputIo};
}

File File::standard_input() {
  return {STDIN_FILENO, "<stdin>", ExitCode::kInputIo};
}

File::File(File&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), code_(other.code_) {}

File& File::operator=(File&& other) noexcept {
  if (this == &other) return *this;
  close_quietly();
  fd_ = std::exchange(other.fd_, -1);
  path_ = std::move(other.path_);
  code_ = other.code_;
  return *this;
}

File::~File() {
  close_quietly();
}

void File::close_quietly() noexcept {
  const int fd = std::exchange(fd_, -1);
  if (fd > STDIN_FILENO) io().close(fd);
}

std::size_t File::read_some(void* buffer, std::size_t bytes) {
  const std::size_t wanted = std::min(bytes, kTransferBytesMax);
  const ssize_t got = retry_interrupted([&] { return io().read(fd_, buffer, wanted); });
  if (got < 0) throw_errno(code_, "read", path_);
  return static_cast<std::size_t>(got);
}

void File::read_at(void* buffer, std::size_t bytes, std::uint64_t offset) const {
  char* out = static_cast<char*>(buffer);
  while (bytes > 0) {
    const std::size_t wanted = std::min(bytes, kTransferBytesMax);
    const ssize_t got =
        retry_interrupted([&] { return io().pread(fd_, out, wanted, static_cast<off_t>(offset)); });
    if (got < 0) throw_errno(code_, "read", path_);
    if (got == 0) {
      throw Error(ExitCode::kCorrupt, fmt::format("{} ends at byte {}, {} bytes too early",
                                                  path_.string(), offset, bytes));
    }
    out += got;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::size_t>(got);
  }
}

void File::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t wanted = std::min(bytes.size(), kTransferBytesMax);
    const ssize_t put = retry_interrupted([&] { return io().write(fd_, bytes.data(), wanted); });
    if (put < 0) throw_errno(code_, "write", path_);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

void File::sync() {
  // EINVAL: this file system cannot sync such a file (folders on some network ones).
  if (retry_interrupted([&] { return io().fsync(fd_); }) != 0 && errno != EINVAL) {
    throw_errno(code_, "sync", path_);
  }
}

void File::close() {
  const int fd = std::exchange(fd_, -1);
  // Linux has closed the descriptor even when it reports EINTR, and what was written is synced.
  if (fd > STDIN_FILENO && io().close(fd) != 0 && errno != EINTR)
    throw_errno(code_, "close", path_);
}

void File::truncate(std::uint64_t bytes) {
  if (retry_interrupted([&] { return io().ftruncate(fd_, static_cast<off_t>(bytes)); }) != 0) {
    throw_errno(code_, "truncate", path_);
  }
}

std::uint64_t File::size() const {
  struct stat status {};
  if (io().fstat(fd_, &status) != 0) throw_errno(code_, "examine", path_);
  return static_cast<std::uint64_t>(status.st_size);
}

std::string read_file(const std::filesystem::path& path, std::uint64_t bytes_max) {
  File file = File::open_read(path);
  std::string bytes;
  const std::uint64_t expected = file.size();  // nothing for what is not a regular file
  if (expected <= bytes_max) bytes.reserve(expected + kReadFilePadding);
  std::string piece(1 << 16, '\0');
  while (const std::size_t got = file.read_some(piece.data(), piece.size())) {
    bytes.append(piece.data(), got);
    if (bytes.size() > bytes_max) {
      throw Error(ExitCode::kCorrupt,
                  fmt::format("{} is larger than {} bytes, the most that such a file can have",
                              path.string(), bytes_max));
    }
  }
  return bytes;
}

bool file_exists(const std::filesystem::path& path) {
  struct stat status {};
  if (io().stat(path.c_str(), &status) == 0) return true;
  if (errno != ENOENT && errno != ENOTDIR) throw_errno(ExitCode::kInputIo, "examine", path);
  return false;
}

std::vector<std::string> list_directory(const std::filesystem::path& path) {
  std::vector<std::string> names;
  if (io().list_directory(path.c_str(), &names) != 0) {
    throw_errno(ExitCode::kInputIo, "list folder", path);
  }
  return names;
}

}  // namespace corpusmill
