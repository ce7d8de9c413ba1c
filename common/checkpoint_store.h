// The checkpoint folders of a run, OUT/step-000123: publishing, finding and removing them. A folder
// with that name is complete: it is written under a temporary name and renamed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/checkpoint_state.h"

namespace corpusmill {

// "step-000123"; more digits when the step needs them.
std::string checkpoint_name(std::uint64_t step);

struct CheckpointPath {
  std::uint64_t step = 0;
  std::filesystem::path folder;
};

// Every OUT/step-N, newest first; none if OUT does not exist. What they hold is not looked at.
std::vector<CheckpointPath> list_checkpoints(const std::filesystem::path& out);

// A checkpoint being written: the caller puts complete, fsynced files into folder().
class CheckpointDraft {
 public:
  CheckpointDraft(std::filesystem::path out, std::uint64_t step);
  ~CheckpointDraft();  // removes what commit() did not publish
  CheckpointDraft(const CheckpointDraft&) = delete;
  CheckpointDraft& operator=(const CheckpointDraft&) = delete;

  const std::filesystem::path& folder() const { return temporary_; }
  // Notes size and digest of the files named in `names`, writes state.json last, fsyncs the folder,
  // renames it and fsyncs OUT. An older folder of the same step is removed before the rename.
  // Returns the published folder.
  std::filesystem::path commit(CheckpointState state, const std::vector<std::string>& names);

 private:
  std::filesystem::path out_, final_, temporary_;
  bool published_ = false;
};

// state.json first, so that a removal cut short leaves no folder that looks valid; then the rest.
void remove_checkpoint(const std::filesystem::path& folder);

// Removes all but the newest `keep` (at least one).
void keep_newest_checkpoints(const std::filesystem::path& out, std::uint64_t keep);

// Temporary folders that runs before this one left behind. The caller holds the lock of OUT.
void remove_checkpoint_drafts(const std::filesystem::path& out);

struct FoundCheckpoint {
  std::filesystem::path folder;
  CheckpointState state;
  std::vector<std::string> skipped;  // why each newer one was passed over
};

// The newest checkpoint whose state and files verify; empty if OUT holds none at all. Throws
// Error(kCorrupt) naming each fault if there are some and none is valid.
std::optional<FoundCheckpoint> find_newest_checkpoint(const std::filesystem::path& out);

// `path` is a checkpoint folder, or a run's folder, whose newest valid checkpoint is taken.
// Verified. Throws Error(kInputIo) if there is none.
FoundCheckpoint open_checkpoint(const std::filesystem::path& path);

// The tokenizer's copy in the run's folder, or empty if none was made.
std::filesystem::path checkpoint_tokenizer(const FoundCheckpoint& checkpoint);

}  // namespace corpusmill
