#include "train/resume.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/error.h"

namespace corpusmill {
namespace {

std::optional<FoundCheckpoint> look_for(const std::string& resume,
                                        const std::filesystem::path& out) {
  if (resume == "auto") return find_newest_checkpoint(out);
  if (resume != "none") return open_checkpoint(resume);
  const auto checkpoints = list_checkpoints(out);
  if (checkpoints.empty()) return std::nullopt;
  throw Error(ExitCode::kMismatch,
              fmt::format("{} holds checkpoints up to step {}, which resume = \"none\" would leave "
                          "behind; choose another output or remove them",
                          out.string(), checkpoints.front().step));
}

void require_same_config(const FoundCheckpoint& found, const nlohmann::json& config) {
  const std::vector<std::string> fields = differing_fields(config, found.state.config);
  if (fields.empty()) return;
  throw Error(ExitCode::kMismatch,
              fmt::format("{} is of another run: {}; give the same settings to continue it, or "
                          "another output to start anew",
                          found.folder.string(), fmt::join(fields, "; ")));
}

}  // namespace

std::optional<FoundCheckpoint> choose_checkpoint(
    const std::string& resume, const std::filesystem::path& out, const nlohmann::json& config,
    ProcessGroup& group, const std::function<void(const std::string&)>& warn) {
  std::optional<FoundCheckpoint> found;
  if (group.is_root()) found = look_for(resume, out);
  const std::string folder = found ? std::filesystem::absolute(found->folder).string() : "";
  const std::string chosen = group.gather("resume", folder).front();
  if (!group.is_root() && !chosen.empty()) found = open_checkpoint(chosen);
  if (!found) return std::nullopt;
  for (const std::string& reason : found->skipped) warn("passed over a checkpoint: " + reason);
  require_same_config(*found, config);
  return found;
}

}  // namespace corpusmill
