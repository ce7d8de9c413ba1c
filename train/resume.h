// Which checkpoint a run continues from.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "common/checkpoint_store.h"
#include "train/process_group.h"

namespace corpusmill {

// `resume` is "auto" (the newest valid checkpoint in `out`, each one passed over named through
// `warn`; empty if there is none), "none", or a checkpoint's folder. Rank 0 chooses, every rank
// reads that folder. Throws Error: kMismatch naming each field of `config` that differs from the
// checkpoint's, or if "none" meets checkpoints; kCorrupt if none of several is valid.
std::optional<FoundCheckpoint> choose_checkpoint(
    const std::string& resume, const std::filesystem::path& out, const nlohmann::json& config,
    ProcessGroup& group, const std::function<void(const std::string&)>& warn);

}  // namespace corpusmill
