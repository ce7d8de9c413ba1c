// corpusmill dedup: the first of every text stays, byte for byte.
#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "common/error.h"
#include "prep/commands.h"
#include "prep/dedup/dedup_options.h"
#include "prep/dedup/exact_dedup.h"
#include "prep/dedup/key_stage.h"
#include "prep/dedup/near_dedup.h"
#include "prep/dedup/repeated_text.h"
#include "prep/input_options.h"
#include "prep/text_run.h"

namespace corpusmill {
namespace {

struct DedupOptions {
  InputOptions input;
  CommonOptions common;
  ExactOptions exact;
  RepeatedOptions repeated;
  NearOptions near;
  std::string output;
  bool is_exact = true;
  bool is_near = false;
  std::string explain;  // FILE:LINE
};

void add_examples(OptionSet& set) {
  set.example("corpusmill dedup clean.jsonl.zst -o unique.jsonl.zst");
  set.example("corpusmill dedup clean.jsonl.zst -o unique.jsonl.zst --near --pairs pairs.jsonl");
  set.example("corpusmill dedup clean.jsonl.zst --near --explain clean.jsonl.zst:2898");
  set.example("corpusmill dedup news.jsonl --fold all -o unique.jsonl",
              "texts that differ in case, spaces, punctuation, width or script form only");
  set.example("corpusmill dedup crawl.jsonl.zst --key url -o unique.jsonl.zst",
              "the first row of every URL");
  set.example("corpusmill dedup pages.jsonl --repeated-lines 10 -o pages.unique.jsonl",
              "and without the lines that occur more than ten times");
}

DedupOptions parse_options(const std::vector<std::string>& arguments) {
  DedupOptions options;
  OptionSet set("dedup", "Drop rows whose text an earlier row has had; the first one stays");
  options.input.add_to(set.app());
  set.app().add_option("-o,--output", options.output,
                       "Kept rows; OUTPUT.rejected.jsonl.zst gets the dropped ones");
  add_switch(set.app(), "--exact,!--no-exact", options.is_exact,
             "Drop texts that are equal byte for byte");
  add_switch(set.app(), "--near", options.is_near,
             "Drop texts that are nearly those of an earlier row, too");
  options.exact.add_to(set.app());
  options.repeated.add_to(set.app());
  options.near.add_to(set.app());
  set.app()
      .add_option("--explain", options.explain,
                  "write nothing; tell what becomes of this row, and why, with all that it is "
                  "compared with")
      ->option_text("FILE:LINE")
      ->group("Near duplicates");
  options.common.add_to(set.app());
  add_examples(set);
  set.parse(arguments);
  options.near.check();
  options.repeated.check(options.input.text_template);
  if (options.is_near && options.repeated.any()) {
    throw Error(ExitCode::kUsage,
                "--near compares rows as they are in the input, and --repeated-lines and "
                "--repeated-paragraphs change them; run dedup twice, --near the second time");
  }
  if (options.output.empty() && options.explain.empty()) {
    throw Error(ExitCode::kUsage, "dedup: give -o, the file to write");
  }
  return options;
}

std::filesystem::path tmp_dir_of(const DedupOptions& options) {
  return options.common.spill_folder(options.output.empty() ? "." : options.output);
}

// The stages in input order, one behind the other, for one time through the input.
class Stages {
 public:
  Stages(const DedupOptions& options, const InputSet& inputs, std::uint64_t memory_bytes) {
    const std::filesystem::path tmp_dir = tmp_dir_of(options);
    const std::uint64_t bytes_max = options.repeated.any() ? memory_bytes / 2 : memory_bytes;
    if (options.is_exact) {
      exact_.emplace(ExactDedupOptions{
          .bytes_max = bytes_max, .tmp_dir = tmp_dir, .file_names = inputs.names()});
      last_ = &*exact_;
    }
    if (options.repeated.any()) {
      repeated_.emplace(RepeatedTextOptions{.repeated = options.repeated,
                                            .text_field = options.input.text_field,
                                            .bytes_max = bytes_max,
                                            .tmp_dir = tmp_dir,
                                            .file_names = inputs.names()},
                        last_);
      last_ = &*repeated_;
    }
  }
  Stages(const Stages&) = delete;
  Stages& operator=(const Stages&) = delete;

  void drop_near(const DropList& drops, const InputSet& inputs) {
    near_.emplace(drops, inputs.names(), last_);
    last_ = &*near_;
  }
  RereadingStage* last() { return last_; }  // null: none
  void find_units(DocumentBatch& batch) const {
    if (repeated_) repeated_->find_units(batch);
  }

  nlohmann::json to_json() const {
    nlohmann::json json = nlohmann::json::object();
    if (exact_) json["spilled_bytes"] = exact_->spilled_bytes();
    if (exact_) json["without_key"] = exact_->without_key();
    if (repeated_) json["repeated"] = repeated_->removed().to_json();
    return json;
  }

 private:
  std::optional<ExactDeduplicator> exact_;
  std::optional<RepeatedTextStage> repeated_;
  std::optional<DropStage> near_;
  RereadingStage* last_ = nullptr;
};

NearDecision decide_near(const DedupOptions& options, const InputSet& inputs, const KeyStage& keys,
                         NearExplanation* explanation = nullptr) {
  if (explanation == nullptr) {
    make_directories(std::filesystem::absolute(options.output).parent_path());
  }
  Stages exact(options, inputs, options.common.memory_bytes / 4);
  return decide_near_duplicates(
      {.input = options.input,
       .common = options.common,
       .options = options.near,
       .inputs = inputs,
       .tmp_dir = tmp_dir_of(options),
       .exact_in_parallel = [&](DocumentBatch& batch) { keys.fill(batch); },
       .exact_in_order = exact.last(),
       .explanation = explanation});
}

ExitCode explain_row(const DedupOptions& options, const InputSet& inputs) {
  const KeyStage keys(options.exact);
  NearExplanation explanation(find_line(options.explain, inputs));
  decide_near(options, inputs, keys, &explanation);
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
  const KeyStage keys(options.exact);
  std::optional<NearDecision> near;
  if (options.is_near) near.emplace(decide_near(options, inputs, keys));
  Stages stages(options, inputs, options.common.memory_bytes);
  if (near) stages.drop_near(near->drops, inputs);
  run_to_text({.command = "dedup",
               .input = options.input,
               .common = options.common,
               .inputs = inputs,
               .output = options.output,
               .in_parallel =
                   [&](DocumentBatch& batch) {
                     keys.fill(batch);
                     stages.find_units(batch);
                   },
               .in_order = stages.last(),
               .summarize =
                   [&](RunSummary& summary) {
                     summary.more["dedup"] = stages.to_json();
                     if (!near) return std::string();
                     summary.more["near"] = near->report.to_json(inputs.names());
                     return near->report.to_text(inputs.names());
                   }});
  return ExitCode::kDone;
}

}  // namespace corpusmill
