// A long array for one run: in memory while its budget lasts, behind that in a mapped file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "common/file.h"
#include "common/memory_budget.h"

namespace corpusmill {

// The pages of a ScratchColumn, as bytes.
class ScratchPages {
 public:
  static constexpr std::size_t kPageBytes = std::size_t{256} << 10;

  // `budget` outlives it and is given back what was taken. The file, without a name, is made in
  // `folder` when the budget is spent. Mapped pages are the file system's cache, not our memory:
  // the kernel writes them out when it needs the room.
  ScratchPages(MemoryBudget& budget, const std::filesystem::path& folder);
  ScratchPages(ScratchPages&& other) noexcept;
  ScratchPages& operator=(ScratchPages&&) = delete;
  ~ScratchPages();

  // Appends a page. Throws Error(kOutputIo), for a full disk too: a page in the file is written
  // before it is mapped, so that no write to it can fail later.
  void append(std::span<const std::byte, kPageBytes> page);
  // Maps what lies in the file; append() no more.
  void map();

  std::size_t count() const { return pages_.size(); }
  std::byte* page(std::size_t number) const { return pages_[number]; }
  std::uint64_t file_bytes() const { return file_bytes_; }

 private:
  MemoryBudget* budget_;
  std::filesystem::path folder_;
  std::vector<std::unique_ptr<std::byte[]>> resident_;
  std::vector<std::byte*> pages_;  // those in the file from map() on
  std::optional<File> file_;
  std::uint64_t file_bytes_ = 0;
  std::byte* mapped_ = nullptr;
};

// Elements are plain data. First push_back() or resize(), then finish(), then elements are read and
// changed: different ones by different threads at once.
template <class T>
class ScratchColumn {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  static constexpr std::size_t kPageElements = ScratchPages::kPageBytes / sizeof(T);

  ScratchColumn(MemoryBudget& budget, const std::filesystem::path& folder)
      : pages_(budget, folder) {}

  void push_back(const T& value) {
    if (last_ == nullptr) last_ = std::make_unique<Page>();
    std::memcpy(last_->data() + last_count_ * sizeof(T), &value, sizeof(T));
    ++size_;
    if (++last_count_ == kPageElements) flush();
  }

  // Zeroes up to that size.
  void resize(std::uint64_t size) {
    while (size_ < size) push_back(T{});
  }

  void finish() {
    if (last_count_ > 0) flush();
    last_.reset();
    pages_.map();
  }

  std::uint64_t size() const { return size_; }
  std::uint64_t file_bytes() const { return pages_.file_bytes(); }

  T& operator[](std::uint64_t at) const {
    return reinterpret_cast<T*>(pages_.page(at / kPageElements))[at % kPageElements];
  }

 private:
  using Page = std::array<std::byte, ScratchPages::kPageBytes>;

  void flush() {
    pages_.append(*last_);
    last_->fill(std::byte{0});
    last_count_ = 0;
  }

  ScratchPages pages_;
  std::unique_ptr<Page> last_;
  std::size_t last_count_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace corpusmill
