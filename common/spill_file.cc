#include "common/spill_file.h"

namespace corpusmill {

std::uint64_t SpillFile::append(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  if (file_ == nullptr) file_ = std::make_unique<File>(File::create_unnamed(folder_));
  const std::uint64_t offset = bytes_;
  file_->write_all(bytes);
  bytes_ += bytes.size();
  return offset;
}

std::string SpillFile::read(std::uint64_t offset, std::uint64_t bytes) const {
  std::string out(bytes, '\0');
  read_into(out.data(), bytes, offset);
  return out;
}

void SpillFile::read_into(void* buffer, std::uint64_t bytes, std::uint64_t offset) const {
  if (bytes > 0) file_->read_at(buffer, bytes, offset);
}

}  // namespace corpusmill
