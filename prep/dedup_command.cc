// corpusmill dedup: the first of every text stays, byte for byte.
#include <fmt/format.h>

#include <optional>

#include "common/error.h"
#include "prep/commands.h"
#include "prep/dedup/exact_dedup.h"
#include "prep/dedup/fingerprint.h"
#include "prep/dedup/near_dedup.h"
#include "prep/input_options.h"
#include "prep/text_run.h"

namespace corpusmill {
namespace {

struct DedupOptions {
  InputOptions input;
  CommonOptions common;
  NearOptions near;
  std::string output;
  bool exact = true;
  bool is_near = false;
  std::string explain;  // FILE:LINE
};

DedupOptions parse_options(const std::vector<std::string>& arguments) {
  DedupOptions options;
  OptionSet set("dedup", "Drop rows whose text an earlier row has had; the first one stays");
  options.input.add_to(set.app());
  set.app().add_option("-o,--output", options.output,
                       "Kept rows; OUTPUT.rejected.jsonl.zst gets the dropped ones");
  add_switch(set.app(), "--exact", options.exact, "Drop texts that are equal byte for byte");
  add_switch(set.app(), "--near", options.is_near,
             "Drop texts that are nearly those of an earlier row, too");
  options.near.add_to(set.app());
  set.app()
      .add_option("--explain", options.explain,
                  "write nothing; tell what becomes of this row, and why, with all that it is "
                  "compared with")
      ->option_text("FILE:LINE")
      ->group("Near duplicates");
  options.common.add_to(set.app());
  set.example("corpusmill dedup clean.jsonl.zst -o unique.jsonl.zst");
  set.example("corpusmill dedup clean.jsonl.zst -o unique.jsonl.zst --near --pairs pairs.jsonl");
  set.example("corpusmill dedup clean.jsonl.zst --near --explain clean.jsonl.zst:2898");
  set.parse(arguments);
  options.near.check();
  if (options.output.empty() && options.explain.empty()) {
    throw Error(ExitCode::kUsage, "dedup: give -o, the file to write");
  }
  return options;
}

std::filesystem::path tmp_dir_of(const DedupOptions& options) {
  if (!options.common.tmp_dir.empty()) return options.common.tmp_dir;
  if (options.output.empty()) return ".";
  return std::filesystem::absolute(options.output).parent_path();
}

NearDecision decide_near(const DedupOptions& options, const InputSet& inputs,
                         NearExplanation* explanation = nullptr) {
  if (explanation == nullptr) {
    make_directories(std::filesystem::absolute(options.output).parent_path());
  }
  ExactDeduplicator deduplicator(options.common.memory_bytes / 4, inputs.names());
  return decide_near_duplicates(
      {.input = options.input,
       .common = options.common,
       .options = options.near,
       .inputs = inputs,
       .tmp_dir = tmp_dir_of(options),
       .exact_in_parallel = fingerprint_documents,
       .exact_in_order = [&](DocumentBatch& batch) { deduplicator.drop_repeats(batch); },
       .explanation = explanation});
}

ExitCode explain_row(const DedupOptions& options, const InputSet& inputs) {
  NearExplanation explanation(find_line(options.explain, inputs));
  decide_near(options, inputs, &explanation);
  if (options.common.json) {
    fmt::print("{}\n", explanation.to_json(inputs.names(), options.near.threshold).dump());
  } else {
    fmt::print("{}", explanation.to_text(inputs.names(), options.near.threshold));
  }
  return ExitCode::kDone;
}

}  // namespace

ExitCode dedup_command(const std::vector<std::string>& arguments) {
  const DedupOptions options = parse_options(arguments);
  const InputSet inputs = InputSet::resolve(options.input.inputs);
  if (!options.explain.empty()) return explain_row(options, inputs);
  std::optional<NearDecision> near;
  std::optional<DropReader> near_drops;
  nlohmann::json more = nlohmann::json::object();
  std::string notes;
  if (options.is_near) {
    near.emplace(decide_near(options, inputs));
    near_drops.emplace(near->drops, inputs.names());
    more["near"] = near->report.to_json(inputs.names());
    notes = near->report.to_text(inputs.names());
  }
  ExactDeduplicator deduplicator(options.common.memory_bytes, inputs.names());
  run_to_text({.command = "dedup",
               .input = options.input,
               .common = options.common,
               .inputs = inputs,
               .output = options.output,
               .in_parallel = fingerprint_documents,
               .in_order =
                   [&](DocumentBatch& batch) {
                     deduplicator.drop_repeats(batch);
                     if (near_drops) near_drops->drop_repeats(batch);
                   },
               .more = more,
               .notes = notes});
  return ExitCode::kDone;
}

}  // namespace corpusmill
