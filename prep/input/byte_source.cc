#include "prep/input/byte_source.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/read.hpp>
#include <string>
#include <utility>

#include "common/digest.h"
#include "common/error.h"
#include "common/file.h"
#include "common/io.h"
#include "prep/input/gzip_filter.h"
#include "prep/input/zstd_filter.h"

namespace corpusmill {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kForeignFormats = {{
    {"\xFD"
     "7zXZ\0"sv,
     "xz"},
    {"BZh91AY&SY"sv, "bzip2"},
    {"PK\x03\x04"sv, "zip"},
    {"\x04\x22\x4D\x18"sv, "lz4"},
    {"PAR1\x15"sv, "Parquet"},
    {"ARROW1\0\0"sv, "Arrow"},
}};

constexpr std::string_view kGzipMagic = "\x1f\x8b"sv;
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd"sv;
constexpr std::string_view kZstdSkippableMagicEnd = "\x2a\x4d\x18"sv;  // after 0x50 to 0x5f

// The bytes on the disk, as a Boost.Iostreams source.
class DiskReader {
 public:
  using char_type = char;
  using category = boost::iostreams::source_tag;

  DiskReader(const InputFile& input, bool digest)
      : input_(input),
        file_(input.path.empty() ? File::standard_input() : File::open_read(input.path)),
        digest_(digest) {
    check_identity("was replaced after it was found");
    while (head_bytes_ < head_.size()) {
      const std::size_t got =
          file_.read_some(head_.data() + head_bytes_, head_.size() - head_bytes_);
      if (got == 0) break;
      head_bytes_ += got;
    }
  }

  std::string_view head() const { return {head_.data(), head_bytes_}; }

  std::streamsize read(char* buffer, std::streamsize bytes) {
    std::size_t got = std::min(static_cast<std::size_t>(bytes), head_bytes_ - head_taken_);
    if (got > 0) {
      std::copy_n(head_.data() + head_taken_, got, buffer);
      head_taken_ += got;
    } else {
      got = file_.read_some(buffer, static_cast<std::size_t>(bytes));
    }
    if (got == 0) return -1;
    if (digest_) digester_.update({buffer, got});
    bytes_read_.fetch_add(got, std::memory_order_relaxed);
    return static_cast<std::streamsize>(got);
  }

  std::uint64_t bytes_read() const { return bytes_read_.load(std::memory_order_relaxed); }

  InputInfo finish() {
    check_identity("changed while it was read");
    if (input_.regular && bytes_read() != input_.bytes_on_disk) fail("changed while it was read");
    return {input_.name, bytes_read(), digest_ ? digester_.digest().hex() : std::string()};
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Error(ExitCode::kInputIo,
                fmt::format("{} {}; run again when nothing writes to it", input_.name, what));
  }

  void check_identity(std::string_view what) const {
    if (!input_.regular) return;
    struct stat status {};
    if (io().fstat(file_.descriptor(), &status) != 0) {
      throw_errno(ExitCode::kInputIo, "examine", input_.path);
    }
    const std::int64_t modified_ns =
        static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
    if (status.st_dev != input_.device || status.st_ino != input_.inode ||
        static_cast<std::uint64_t>(status.st_size) != input_.bytes_on_disk ||
        modified_ns != input_.modified_ns) {
      fail(what);
    }
  }

  InputFile input_;
  File file_;
  bool digest_;
  Digester digester_;
  std::array<char, kCompressionHeadBytes> head_{};
  std::size_t head_bytes_ = 0;
  std::size_t head_taken_ = 0;
  std::atomic<std::uint64_t> bytes_read_{0};
};

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(std::unique_ptr<DiskReader> disk) : disk_(std::move(disk)) {}
  std::size_t read(char* buffer, std::size_t bytes) override {
    const std::streamsize got = disk_->read(buffer, static_cast<std::streamsize>(bytes));
    return got < 0 ? 0 : static_cast<std::size_t>(got);
  }
  std::uint64_t bytes_on_disk() const override { return disk_->bytes_read(); }
  InputInfo finish() override { return disk_->finish(); }

 private:
  std::unique_ptr<DiskReader> disk_;
};

template <class Filter>
class FilteredSource final : public ByteSource {
 public:
  FilteredSource(std::unique_ptr<DiskReader> disk, Filter filter)
      : disk_(std::move(disk)), filter_(std::move(filter)) {}
  std::size_t read(char* buffer, std::size_t bytes) override {
    if (ended_) return 0;
    const std::streamsize got =
        boost::iostreams::read(filter_, *disk_, buffer, static_cast<std::streamsize>(bytes));
    ended_ = got < 0;
    return ended_ ? 0 : static_cast<std::size_t>(got);
  }
  std::uint64_t bytes_on_disk() const override { return disk_->bytes_read(); }
  InputInfo finish() override { return disk_->finish(); }

 private:
  std::unique_ptr<DiskReader> disk_;
  Filter filter_;
  bool ended_ = false;
};

bool is_skippable_byte(char first) {
  return (first & 0xf0) == 0x50;
}

// A file cut within its first four bytes has no magic left: there the name must help.
Compression compression_of_stump(std::string_view head, std::string_view name) {
  if (name.ends_with(".gz") && kGzipMagic.starts_with(head)) return Compression::kGzip;
  const bool zstd_start = kZstdMagic.starts_with(head) || is_skippable_byte(head.front());
  if (name.ends_with(".zst") && zstd_start) return Compression::kZstd;
  return Compression::kNone;
}

}  // namespace

Compression detect_compression(std::string_view head) {
  if (head.starts_with(kGzipMagic)) return Compression::kGzip;
  if (head.starts_with(kZstdMagic)) return Compression::kZstd;
  const bool skippable =
      head.size() >= 4 && (head[0] & 0xf0) == 0x50 && head.substr(1, 3) == kZstdSkippableMagicEnd;
  return skippable ? Compression::kZstd : Compression::kNone;
}

std::unique_ptr<ByteSource> open_byte_source(const InputFile& file, bool digest) {
  auto disk = std::make_unique<DiskReader>(file, digest);
  const std::string_view head = disk->head();
  for (const auto& [magic, format] : kForeignFormats) {
    if (head.starts_with(magic)) {
      throw Error(ExitCode::kInputIo,
                  fmt::format("{} is a {} file; give JSON lines, plain or compressed by gzip or "
                              "zstd",
                              file.name, format));
    }
  }
  Compression compression = detect_compression(head);
  if (head.size() < kZstdMagic.size() && compression == Compression::kNone) {
    compression = compression_of_stump(head, file.name);
  }
  switch (compression) {
    case Compression::kGzip:
      return std::make_unique<FilteredSource<GzipFilter>>(std::move(disk),
                                                          GzipFilter(GzipDecoder(file.name)));
    case Compression::kZstd:
      return std::make_unique<FilteredSource<ZstdFilter>>(std::move(disk),
                                                          ZstdFilter(ZstdDecoder(file.name)));
    case Compression::kNone:
      break;
  }
  return std::make_unique<PlainSource>(std::move(disk));
}

}  // namespace corpusmill
