#include <fmt/format.h>

#include "prep/stage/run_summary.h"
#include "prep/tokenize/shard_run.h"

namespace corpusmill {
namespace {

std::string notes_of(const ShardRunResult& result, const std::string& output) {
  std::string notes;
  notes += result.near_text;
  for (const std::string& warning : result.warnings) notes += fmt::format("  {}\n", warning);
  if (result.already_done) {
    notes += fmt::format("  nothing to do: {} is finished, and every digest of it was verified\n",
                         output);
  }
  if (result.shards_resumed > 0) {
    notes += fmt::format("  continued: {} shards were there already\n", result.shards_resumed);
  }
  if (result.specials > 0) {
    notes += fmt::format(
        "  {} special tokens were spelled out in the texts (--special-in-text {})\n",
        result.specials, result.manifest.options.at("special_in_text").get<std::string>());
  }
  if (result.manifest.shards.empty()) {
    notes += "  no document is left: the manifest names no shard\n";
  }
  return notes;
}

}  // namespace

void run_shard_command(const std::string& command, const ShardOptions& options) {
  RunSummary summary(command, options.common);
  const ShardRunResult result = run_to_shards(command, options);
  const Manifest& manifest = result.manifest;
  summary.books = result.books;
  for (const Split split : {Split::kTrain, Split::kValidation}) {
    summary.documents += manifest.documents(split);
    summary.tokens = summary.tokens.value_or(0) + manifest.tokens(split);
    summary.more[split == Split::kTrain ? "train_tokens" : "validation_tokens"] =
        manifest.tokens(split);
  }
  summary.more["shards"] = manifest.shards.size();
  if (!result.near.is_null()) summary.more["near"] = result.near;
  summary.more["shards_resumed"] = result.shards_resumed;
  summary.more["already_done"] = result.already_done;
  if (!result.already_done) summary.more["special_tokens_in_text"] = result.specials;
  summary.more["tokens_by_source"] = manifest.tokens_by_source;
  summary.outputs = result.outputs;
  summary.finish(notes_of(result, options.output));
}

}  // namespace corpusmill
