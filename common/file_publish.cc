// What common/file.h promises about output: the publish protocol, folders and the output's lock.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "common/file.h"
#include "common/io.h"

namespace corpusmill {
namespace {

constexpr std::string_view kTemporaryMark = ".tmp-";
constexpr int kTemporaryNamesMax = 1000;
constexpr std::uint64_t kWritebackBytes = 8 << 20;
// Large pieces of whole pages, in memory and in the file, go past the kernel's cache, which would
// have to copy each page and to write it out before the file is synced. This is what disks ask of
// their place, their length and their memory.
constexpr std::uint64_t kDirectAlignment = 4096;
constexpr std::uint64_t kDirectBytesMin = 1 << 20;

std::filesystem::path folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.parent_path();
  return folder.empty() ? std::filesystem::path(".") : folder;
}

// rename() would replace a device or a named pipe without a word.
void refuse_irregular(const std::filesystem::path& path) {
  struct stat status {};
  if (io().stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return;
    throw_errno(ExitCode::kOutputIo, "write", path);
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ExitCode::kOutputIo,
                fmt::format("cannot write {}: it is there and is not a regular file; "
                            "choose another output",
                            path.string()));
  }
}

File create_temporary(const std::filesystem::path& final_path) {
  refuse_irregular(final_path);
  const std::string stem = fmt::format(".{}{}{}", final_path.filename().string(), kTemporaryMark,
                                       static_cast<long>(::getpid()));
  const std::filesystem::path folder = folder_of(final_path);
  for (int taken = 0; taken < kTemporaryNamesMax; ++taken) {
    const std::string name = taken == 0 ? stem : fmt::format("{}-{}", stem, taken);
    if (std::optional<File> file = File::try_create_new(folder / name)) return std::move(*file);
  }
  throw Error(ExitCode::kOutputIo,
              fmt::format("cannot write {}: {} files named {}* are in the way", final_path.string(),
                          kTemporaryNamesMax, (folder / stem).string()));
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool can_go_past_cache(std::string_view bytes, std::uint64_t offset) {
  const auto place = reinterpret_cast<std::uintptr_t>(bytes.data());
  return bytes.size() >= kDirectBytesMin && (place | bytes.size() | offset) % kDirectAlignment == 0;
}

// Appends by a descriptor of its own. Returns how many bytes were written, perhaps none: what is
// wrong with the rest, writing it the usual way tells.
std::size_t write_past_cache(const std::filesystem::path& path, std::string_view bytes) {
  const int fd = io().open(path.c_str(), O_WRONLY | O_APPEND | O_DIRECT | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t put = io().write(fd, bytes.data() + written, bytes.size() - written);
    if (put <= 0) break;
    written += static_cast<std::size_t>(put);
  }
  io().close(fd);
  return written;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path final_path)
    : final_path_(std::move(final_path)), file_(create_temporary(final_path_)) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : final_path_(std::move(other.final_path_)),
      file_(std::move(other.file_)),
      bytes_written_(other.bytes_written_),
      bytes_at_disk_(other.bytes_at_disk_),
      finished_(std::exchange(other.finished_, true)) {}

AtomicFile::~AtomicFile() {
  if (!finished_) io().unlink(file_.path().c_str());
}

void AtomicFile::write(std::string_view bytes) {
  if (can_go_past_cache(bytes, bytes_written_)) {
    const std::size_t written = write_past_cache(file_.path(), bytes);
    bytes_written_ += written;
    bytes_at_disk_ = bytes_written_;
    bytes.remove_prefix(written);
    if (bytes.empty()) return;
  }
  file_.write_all(bytes);
  bytes_written_ += bytes.size();
  const std::uint64_t waiting = bytes_written_ - bytes_at_disk_;
  if (waiting < kWritebackBytes) return;
  io().start_writeback(file_.descriptor(), static_cast<off_t>(bytes_at_disk_),
                       static_cast<off_t>(waiting));
  bytes_at_disk_ = bytes_written_;
}

void AtomicFile::commit() {
  file_.sync();
  file_.close();
  if (io().rename(file_.path().c_str(), final_path_.c_str()) != 0) {
    throw_errno(ExitCode::kOutputIo, "publish", final_path_);
  }
  finished_ = true;
  sync_directory(folder_of(final_path_));
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

std::string final_name_of_temporary(std::string_view name) {
  const std::size_t mark = name.rfind(kTemporaryMark);
  if (mark == std::string_view::npos || mark < 2 || name[0] != '.') return "";
  const std::string_view suffix = name.substr(mark + kTemporaryMark.size());
  const std::size_t dash = suffix.find('-');
  const bool is_ours = is_digits(suffix.substr(0, dash)) &&
                       (dash == std::string_view::npos || is_digits(suffix.substr(dash + 1)));
  return is_ours ? std::string(name.substr(1, mark - 1)) : "";
}

void remove_stale_temporaries(const std::filesystem::path& final_path) {
  const std::filesystem::path folder = folder_of(final_path);
  if (!file_exists(folder)) return;
  for (const std::string& name : list_directory(folder)) {
    if (final_name_of_temporary(name) == final_path.filename()) remove_file(folder / name);
  }
}

void remove_file(const std::filesystem::path& path) {
  if (io().unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return;
    throw_errno(ExitCode::kOutputIo, "remove", path);
  }
  sync_directory(folder_of(path));
}

void make_directories(const std::filesystem::path& path) {
  if (path.empty()) return;
  struct stat status {};
  if (io().stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return;
    throw Error(ExitCode::kOutputIo,
                fmt::format("cannot make folder {}: a file has that name", path.string()));
  }
  if (errno != ENOENT) throw_errno(ExitCode::kOutputIo, "make folder", path);
  const std::filesystem::path parent = folder_of(path);
  if (parent != path) make_directories(parent);
  if (io().mkdir(path.c_str(), 0777) != 0) {
    // Another run may have made it meanwhile.
    if (errno != EEXIST) throw_errno(ExitCode::kOutputIo, "make folder", path);
    return;
  }
  sync_directory(parent);
}

void sync_directory(const std::filesystem::path& path) {
  File folder = File::open_folder(path);
  folder.sync();
  folder.close();
}

OutputLock::OutputLock(const std::filesystem::path& output)
    : path_(folder_of(output) / fmt::format(".{}.lock", output.filename().string())),
      file_(File::open_append(path_)) {
  while (!take()) file_ = File::open_append(path_);
  file_.truncate(0);
  file_.write_all(fmt::format("{}\n", static_cast<long>(::getpid())));
}

// False: the file was locked, but its holder had removed it just before.
bool OutputLock::take() {
  int result = io().flock(file_.descriptor(), LOCK_EX | LOCK_NB);
  while (result != 0 && errno == EINTR) {
    result = io().flock(file_.descriptor(), LOCK_EX | LOCK_NB);
  }
  if (result != 0 && errno == EWOULDBLOCK) {
    std::string holder = read_file(path_, 64);
    while (!holder.empty() && !is_digits(holder)) holder.pop_back();
    throw Error(ExitCode::kOutputInUse,
                fmt::format("another run (process {}) writes {}; wait for it or choose another "
                            "output",
                            holder.empty() ? "unknown" : holder, path_.string()));
  }
  const bool has_no_locks = errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS;
  if (result != 0 && !has_no_locks) throw_errno(ExitCode::kOutputIo, "lock", path_);
  struct stat locked {
  }, named{};
  if (io().fstat(file_.descriptor(), &locked) != 0) {
    throw_errno(ExitCode::kOutputIo, "examine", path_);
  }
  if (io().stat(path_.c_str(), &named) != 0) {
    if (errno != ENOENT) throw_errno(ExitCode::kOutputIo, "examine", path_);
    return false;
  }
  return locked.st_ino == named.st_ino && locked.st_dev == named.st_dev;
}

OutputLock::~OutputLock() {
  io().unlink(path_.c_str());
}

}  // namespace corpusmill
