#include <fmt/format.h>

#include <cstdio>

#include "common/file.h"
#include "common/progress.h"
#include "common/shard_verify.h"
#include "common/stop_signal.h"
#include "common/token_shard_format.h"
#include "prep/commands/commands.h"
#include "prep/stage/run_summary.h"

namespace corpusmill {
namespace {

std::uint64_t bytes_of(const Manifest& manifest) {
  std::uint64_t bytes = 0;
  for (const ShardInfo& shard : manifest.shards) {
    bytes += shard.tokens * static_cast<std::uint64_t>(shard.width);
  }
  return bytes;
}

nlohmann::json damage_json(const std::filesystem::path& folder, const Damage& damage) {
  return {{"file", (folder / damage.file).string()},
          {"block", damage.block ? nlohmann::json(*damage.block) : nlohmann::json(nullptr)},
          {"offset", damage.offset},
          {"detail", damage.what}};
}

// Adds the damages of one set to `found`; a damaged manifest is one, and ends that set.
void verify_set(const std::filesystem::path& path, const CommonOptions& common, RunSummary& summary,
                nlohmann::json& found) {
  Manifest manifest;
  try {
    manifest = Manifest::load(path);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kCorrupt) throw;
    fmt::print(stderr, "{}\n", error.what());
    found.push_back(
        {{"file", path.string()}, {"block", nullptr}, {"offset", 0}, {"detail", error.what()}});
    return;
  }
  const std::filesystem::path folder = ShardSetNames(path).folder();
  std::vector<Damage> damages;
  {
    Progress progress("verify", bytes_of(manifest), common.quiet);
    damages = verify_shards(folder, manifest, common.thread_count(), [&](std::uint64_t bytes) {
      progress.add_bytes(bytes);
      throw_if_stop_requested();
    });
  }
  for (const Damage& damage : damages) {
    fmt::print(stderr, "{}\n", (folder / damage.to_text()).string());
    found.push_back(damage_json(folder, damage));
  }
  const std::uint64_t tokens = manifest.tokens(Split::kTrain) + manifest.tokens(Split::kValidation);
  summary.documents += manifest.documents(Split::kTrain) + manifest.documents(Split::kValidation);
  summary.tokens = summary.tokens.value_or(0) + tokens;
  if (!common.quiet) {
    fmt::print(stderr, "{}: {} shards, {} tokens, {} bytes: {}\n", path.string(),
               manifest.shards.size(), tokens, bytes_of(manifest),
               damages.empty() ? "all as written" : "DAMAGED");
  }
}

}  // namespace

ExitCode verify_command(const std::vector<std::string>& arguments) {
  CommonOptions common;
  std::vector<std::string> manifests;
  OptionSet options("verify", "Check sizes, digests, ids and document bounds of sets of shards");
  options.app().add_option("manifests", manifests, "PREFIX.json ...")->required();
  common.add_to(options.app());
  options.example("corpusmill verify data/data.json", "exit 0: as written; exit 1: damaged");
  options.parse(arguments);

  RunSummary summary("verify", common);
  nlohmann::json found = nlohmann::json::array();
  for (const std::string& manifest : manifests) verify_set(manifest, common, summary, found);
  const bool is_fine = found.empty();
  summary.more["damages"] = std::move(found);
  if (common.json) fmt::print("{}\n", summary.to_json().dump());
  return is_fine ? ExitCode::kDone : ExitCode::kFoundBad;
}

}  // namespace corpusmill
