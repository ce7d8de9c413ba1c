#include "prep/spill/work_folder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/error.h"
#include "common/io.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kStateBytesMax = 64 << 20;
constexpr std::size_t kBufferBytes = 1 << 20;

}  // namespace

void PhaseReader::read(void* out, std::size_t bytes) {
  if (buffer_.size() - at_ < bytes) {
    const std::size_t rest = buffer_.size() - at_;
    const std::size_t more = static_cast<std::size_t>(
        std::min<std::uint64_t>(std::max(bytes - rest, kBufferBytes), bytes_ - offset_));
    buffer_.erase(0, at_);
    at_ = 0;
    buffer_.resize(rest + more);
    file_.read_at(buffer_.data() + rest, more, offset_);
    offset_ += more;
    if (buffer_.size() < bytes) {
      throw Error(ExitCode::kCorrupt, file_.path().string() + ": ends early; remove its folder");
    }
  }
  std::memcpy(out, buffer_.data() + at_, bytes);
  at_ += bytes;
}

std::string PhaseReader::text() {
  std::string text(value<std::uint64_t>(), '\0');
  read(text.data(), text.size());
  return text;
}

PhaseWriter::PhaseWriter(WorkFolder& folder, std::string phase)
    : folder_(&folder), phase_(std::move(phase)), file_(folder.phase_path(phase_)) {}

void PhaseWriter::write(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= kBufferBytes) flush();
}

void PhaseWriter::flush() {
  digester_.update(buffer_);
  file_.write(buffer_);
  buffer_.clear();
}

void PhaseWriter::text(std::string_view text) {
  value<std::uint64_t>(text.size());
  write(text);
}

void PhaseWriter::commit() {
  flush();
  folder_->phases_[phase_] = {{"bytes", file_.bytes_written()},
                              {"digest", digester_.digest().hex()}};
  file_.commit();
  const nlohmann::json state = {{"identity", folder_->identity_}, {"phases", folder_->phases_}};
  write_file_atomically(folder_->state_path(), state.dump());
}

WorkFolder::WorkFolder(const std::filesystem::path& path, nlohmann::json identity)
    : path_(path), identity_(std::move(identity)) {
  make_directories(path_);
  if (file_exists(state_path())) {
    const nlohmann::json state =
        nlohmann::json::parse(read_file(state_path(), kStateBytesMax), nullptr, false);
    const bool is_ours = state.is_object() && state.contains("identity") &&
                         state.contains("phases") && state["identity"] == identity_;
    if (is_ours) {
      phases_ = state["phases"];
      return;
    }
    discarded_ = true;
  }
  remove_files();
}

std::optional<PhaseReader> WorkFolder::open(const std::string& phase) const {
  const std::filesystem::path path = phase_path(phase);
  if (!phases_.contains(phase) || !file_exists(path)) return std::nullopt;
  if (digest_of_file(path).hex() != phases_[phase].value("digest", "")) return std::nullopt;
  File file = File::open_read(path);
  const std::uint64_t bytes = file.size();
  return PhaseReader(std::move(file), bytes);
}

void WorkFolder::remove_files() {
  // The state first: without it the rest counts for nothing.
  remove_file(state_path());
  for (const std::string& name : list_directory(path_)) remove_file(path_ / name);
}

void WorkFolder::remove() {
  remove_files();
  if (io().rmdir(path_.c_str()) != 0) throw_errno(ExitCode::kOutputIo, "remove", path_);
}

}  // namespace corpusmill
