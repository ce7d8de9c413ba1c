#include <fmt/format.h>

#include <cstdio>

#include "common/file.h"
#include "common/options.h"
#include "common/progress.h"
#include "common/shard_verify.h"
#include "prep/commands/commands.h"
#include "prep/shards/shard_merge.h"
#include "prep/shards/shard_set.h"
#include "prep/stage/run_summary.h"

namespace corpusmill {
namespace {

struct MergeOptions {
  std::vector<std::string> sets;
  std::string output;
  std::uint64_t shard_tokens = kDefaultShardTokens;
  BareShardOptions bare;
};

void add_options(OptionSet& set, MergeOptions& options) {
  CLI::App& app = set.app();
  app.add_option("sets", options.sets, "PREFIX.json or bare .bin, in the order to join them")
      ->required();
  app.add_option("-o,--output", options.output, "Prefix of the new set")->required();
  app.add_option("--shard-tokens", options.shard_tokens, "Most tokens of a shard")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 50));
  options.bare.add_to(app);
  set.example("corpusmill merge zh/data.json en/data.json -o all/data");
  set.example("corpusmill merge data.json old.bin --dtype uint16 --vocab-size 6400 -o all/data");
}

std::vector<ShardSet> open_sets(const MergeOptions& asked, const ShardSetNames& names,
                                bool is_quiet) {
  std::vector<ShardSet> sets;
  for (const std::string& path : asked.sets) {
    sets.push_back(open_shard_set(path, asked.bare));
    const ShardSet& set = sets.back();
    if (set.shard && !set.is_bare) {
      throw Error(ExitCode::kUsage,
                  fmt::format("{} is one shard of a set; give its manifest", path));
    }
    std::error_code missing;
    const bool is_among_outputs =
        std::filesystem::equivalent(set.folder, names.folder(), missing) &&
        names.owns(set.path.filename().string());
    if (is_among_outputs || std::filesystem::equivalent(path, names.manifest_path(), missing)) {
      throw Error(ExitCode::kUsage, fmt::format("{} is the output and an input", path));
    }
    if (set.is_bare && !is_quiet) fmt::print(stderr, "{}", bare_warning(set));
  }
  return sets;
}

std::uint64_t tokens_of(const Manifest& manifest) {
  return manifest.tokens(Split::kTrain) + manifest.tokens(Split::kValidation);
}

Manifest merge(const std::vector<ShardSet>& sets, const MergeOptions& asked,
               const ShardSetNames& names, const CommonOptions& common) {
  std::uint64_t tokens = 0;
  for (const ShardSet& set : sets) tokens += tokens_of(set.manifest);
  const auto width = static_cast<std::uint64_t>(
      width_for_vocabulary(sets.front().manifest.tokenizer.vocabulary_size));
  Progress progress("merge", 2 * width * tokens, common.quiet);  // read to verify, then to copy
  const auto add_tokens = [&](std::uint64_t count) { progress.add_bytes(width * count); };
  for (const ShardSet& set : sets) {
    if (set.is_bare) continue;
    verify_or_throw(set.folder, set.manifest, common.thread_count());
    add_tokens(tokens_of(set.manifest));
  }
  Manifest merged = merged_manifest(sets, asked.shard_tokens);
  if (file_exists(names.manifest_path())) {
    return verify_earlier(names, merged, "shard_tokens, sets merged", common.thread_count());
  }
  remove_shard_set(names);
  merged = write_merged(sets, std::move(merged), asked.shard_tokens, names, add_tokens);
  merged.commit(names.manifest_path());
  return merged;
}

}  // namespace

ExitCode merge_command(const std::vector<std::string>& arguments) {
  CommonOptions common;
  MergeOptions asked;
  OptionSet options("merge", "Join sets of shards of one tokenizer into one set");
  add_options(options, asked);
  common.add_to(options.app());
  options.parse(arguments);

  RunSummary summary("merge", common);
  const ShardSetNames names(asked.output);
  const std::vector<ShardSet> sets = open_sets(asked, names, common.quiet);
  require_compatible(sets);
  if (!all_have_index(sets) && !common.quiet) {
    fmt::print(stderr, "warning: not every set has a document index, so the new one has none\n");
  }
  make_directories(names.folder());
  const OutputLock lock(names.manifest_path());
  const Manifest merged = merge(sets, asked, names, common);

  if (!merged.books.empty()) summary.books = Books::from_json(merged.books);
  summary.documents = merged.documents(Split::kTrain) + merged.documents(Split::kValidation);
  summary.tokens = tokens_of(merged);
  for (const ShardInfo& shard : merged.shards) {
    summary.outputs.push_back((names.folder() / shard.file_name).string());
    if (!shard.index_file_name.empty()) {
      summary.outputs.push_back((names.folder() / shard.index_file_name).string());
    }
  }
  summary.outputs.push_back(names.manifest_path().string());
  summary.finish();
  return ExitCode::kDone;
}

}  // namespace corpusmill
