#include "common/checkpoint_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "common/digest.h"
#include "common/error.h"
#include "common/file.h"
#include "common/io.h"

namespace corpusmill {
namespace {

constexpr std::string_view kPrefix = "step-";

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  if (io().list_directory(folder.c_str(), &names) != 0) {
    if (errno == ENOENT) return {};
    throw_errno(ExitCode::kInputIo, "list", folder);
  }
  return names;
}

std::optional<std::uint64_t> step_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  if (name.size() < 6 || name.size() > 18) return std::nullopt;
  std::uint64_t step = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return std::nullopt;
    step = step * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return step;
}

bool is_draft(std::string_view name) {
  return name.starts_with(".step-") && name.find(".tmp-") != std::string_view::npos;
}

// Checkpoint folders are flat: files only.
void remove_folder(const std::filesystem::path& folder) {
  for (const std::string& name : names_in(folder)) remove_file(folder / name);
  if (io().rmdir(folder.c_str()) != 0 && errno != ENOENT) {
    throw_errno(ExitCode::kOutputIo, "remove", folder);
  }
}

FoundCheckpoint verified(const std::filesystem::path& folder) {
  CheckpointState state = load_checkpoint_state(folder);
  verify_checkpoint_files(folder, state);
  return {folder, std::move(state), {}};
}

}  // namespace

std::string checkpoint_name(std::uint64_t step) {
  return fmt::format("{}{:06}", kPrefix, step);
}

std::vector<CheckpointPath> list_checkpoints(const std::filesystem::path& out) {
  std::vector<CheckpointPath> checkpoints;
  for (const std::string& name : names_in(out)) {
    if (const auto step = step_of(name)) checkpoints.push_back({*step, out / name});
  }
  std::sort(checkpoints.begin(), checkpoints.end(),
            [](const auto& a, const auto& b) { return a.step > b.step; });
  return checkpoints;
}

CheckpointDraft::CheckpointDraft(std::filesystem::path out, std::uint64_t step)
    : out_(std::move(out)),
      final_(out_ / checkpoint_name(step)),
      temporary_(out_ / fmt::format(".{}.tmp-{}", checkpoint_name(step), ::getpid())) {
  make_directories(out_);
  remove_folder(temporary_);
  make_directories(temporary_);
}

CheckpointDraft::~CheckpointDraft() {
  if (published_) return;
  try {
    remove_folder(temporary_);
  } catch (const Error&) {
    // The next run removes it by its name.
  }
}

std::filesystem::path CheckpointDraft::commit(CheckpointState state,
                                              const std::vector<std::string>& names) {
  state.files.clear();
  for (const std::string& name : names) {
    const std::filesystem::path path = temporary_ / name;
    state.files[name] = {File::open_read(path).size(), digest_of_file(path).hex()};
  }
  write_file_atomically(temporary_ / kCheckpointStateName, checkpoint_state_bytes(state));
  sync_directory(temporary_);
  remove_checkpoint(final_);
  if (io().rename(temporary_.c_str(), final_.c_str()) != 0) {
    throw_errno(ExitCode::kOutputIo, "publish", final_);
  }
  published_ = true;
  sync_directory(out_);
  return final_;
}

void remove_checkpoint(const std::filesystem::path& folder) {
  if (!names_in(folder).empty()) remove_file(folder / kCheckpointStateName);
  remove_folder(folder);
}

void keep_newest_checkpoints(const std::filesystem::path& out, std::uint64_t keep) {
  const std::vector<CheckpointPath> checkpoints = list_checkpoints(out);
  for (std::size_t i = std::max<std::uint64_t>(keep, 1); i < checkpoints.size(); ++i) {
    remove_checkpoint(checkpoints[i].folder);
  }
}

void remove_checkpoint_drafts(const std::filesystem::path& out) {
  for (const std::string& name : names_in(out)) {
    if (is_draft(name)) remove_folder(out / name);
  }
}

std::optional<FoundCheckpoint> find_newest_checkpoint(const std::filesystem::path& out) {
  std::vector<std::string> skipped;
  for (const CheckpointPath& checkpoint : list_checkpoints(out)) {
    try {
      FoundCheckpoint found = verified(checkpoint.folder);
      found.skipped = std::move(skipped);
      return found;
    } catch (const Error& error) {
      if (error.code() == ExitCode::kMismatch) throw;
      skipped.push_back(error.what());
    }
  }
  if (skipped.empty()) return std::nullopt;
  std::string message = fmt::format("{} holds no valid checkpoint", out.string());
  for (const std::string& reason : skipped) message += "; " + reason;
  throw Error(ExitCode::kCorrupt, message + "; remove the damaged folders to start over");
}

FoundCheckpoint open_checkpoint(const std::filesystem::path& path) {
  if (file_exists(path / kCheckpointStateName)) return verified(path);
  if (auto found = find_newest_checkpoint(path)) return std::move(*found);
  throw Error(ExitCode::kInputIo,
              fmt::format("{} is neither a checkpoint (no {}) nor a folder with step-N folders",
                          path.string(), kCheckpointStateName));
}

std::filesystem::path checkpoint_tokenizer(const FoundCheckpoint& checkpoint) {
  const std::string& name = checkpoint.state.tokenizer.file_name;
  return name.empty() ? std::filesystem::path() : checkpoint.folder.parent_path() / name;
}

}  // namespace corpusmill
