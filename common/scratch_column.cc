#include "common/scratch_column.h"

#include <sys/mman.h>

#include <utility>

#include "common/error.h"
#include "common/io.h"

namespace corpusmill {

ScratchPages::ScratchPages(MemoryBudget& budget, const std::filesystem::path& folder)
    : budget_(&budget), folder_(folder) {}

ScratchPages::ScratchPages(ScratchPages&& other) noexcept
    : budget_(other.budget_),
      folder_(std::move(other.folder_)),
      resident_(std::move(other.resident_)),
      pages_(std::move(other.pages_)),
      file_(std::move(other.file_)),
      file_bytes_(std::exchange(other.file_bytes_, 0)),
      mapped_(std::exchange(other.mapped_, nullptr)) {
  other.resident_.clear();
}

ScratchPages::~ScratchPages() {
  if (mapped_ != nullptr) io().munmap(mapped_, file_bytes_);
  budget_->give_back(resident_.size() * kPageBytes);
}

void ScratchPages::append(std::span<const std::byte, kPageBytes> page) {
  // Once there is a file, all later pages go there: those in memory stay the first ones.
  if (!file_ && budget_->take(kPageBytes)) {
    resident_.push_back(std::make_unique_for_overwrite<std::byte[]>(kPageBytes));
    std::memcpy(resident_.back().get(), page.data(), kPageBytes);
    pages_.push_back(resident_.back().get());
    return;
  }
  if (!file_) file_.emplace(File::create_unnamed(folder_));
  file_->write_all({reinterpret_cast<const char*>(page.data()), kPageBytes});
  file_bytes_ += kPageBytes;
  pages_.push_back(nullptr);
}

void ScratchPages::map() {
  if (!file_ || mapped_ != nullptr) return;
  void* const address =
      io().mmap(file_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file_->descriptor());
  if (address == MAP_FAILED) throw_errno(ExitCode::kOutputIo, "map", file_->path());
  mapped_ = static_cast<std::byte*>(address);
  for (std::size_t i = resident_.size(); i < pages_.size(); ++i) {
    pages_[i] = mapped_ + (i - resident_.size()) * kPageBytes;
  }
}

}  // namespace corpusmill
