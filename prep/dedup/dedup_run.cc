#include "prep/dedup/dedup_run.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "common/error.h"
#include "common/progress_line.h"
#include "prep/dedup/index_stage.h"
#include "prep/exact/exact_dedup.h"
#include "prep/exact/key_stage.h"
#include "prep/near/near_dedup.h"
#include "prep/repeats/repeated_text.h"
#include "prep/stage/text_run.h"

namespace corpusmill {
namespace {

// The stages in input order, one behind the other, for one time through the input.
class Stages {
 public:
  Stages(const DedupOptions& options, const InputSet& inputs, std::uint64_t memory_bytes,
         const std::filesystem::path& tmp_dir, const DedupIndex* index) {
    const std::uint64_t bytes_max = options.repeated.any() ? memory_bytes / 2 : memory_bytes;
    if (options.is_exact) {
      exact_.emplace(ExactDedupOptions{
          .bytes_max = bytes_max, .tmp_dir = tmp_dir, .file_names = inputs.names()});
      last_ = &*exact_;
    }
    if (options.is_exact && index != nullptr) {
      feed_.emplace(*index, *exact_);
      last_ = &*feed_;
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
  void write_index(DedupIndex& index, KeySpool& spool, const InputSet& inputs) {
    index_.emplace(index, spool, inputs.names(), last_);
    last_ = &*index_;
  }
  RereadingStage* last() { return last_; }  // null: none
  IndexStage* index() { return index_ ? &*index_ : nullptr; }
  void find_units(DocumentBatch& batch) const {
    if (repeated_) repeated_->find_units(batch);
  }

  // What the books do not tell, as a row of their table.
  std::string to_text(TextUnit unit) const {
    if (!repeated_) return "";
    const RepeatedTextTally& removed = repeated_->removed();
    const bool is_lines = unit == TextUnit::kLine;
    return fmt::format("  {:<20}{:>14} {}{:>12.1f} MB, taken out of {} documents\n",
                       is_lines ? "repeated lines" : "repeated paragraphs",
                       with_separators(removed.units), is_lines ? "lines" : "parts",
                       static_cast<double>(removed.bytes) / 1e6,
                       with_separators(removed.documents));
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
  std::optional<IndexFeed> feed_;
  std::optional<RepeatedTextStage> repeated_;
  std::optional<DropStage> near_;
  std::optional<IndexStage> index_;
  RereadingStage* last_ = nullptr;
};

// What decides which texts are alike: an index holds for no other.
nlohmann::json index_options(const DedupOptions& options) {
  nlohmann::json json = options.near.to_json();
  json.erase("cluster_share_max");
  json["exact"] = options.is_exact;
  options.exact.append_to(json);
  return json;
}

// The index's texts, which come first, and the new inputs.
InputSet all_inputs(const DedupOptions& options, const DedupIndex* index) {
  std::vector<std::string> arguments;
  if (index != nullptr) {
    for (const DedupIndex::Segment& segment : index->segments()) {
      arguments.push_back(index->texts_path(segment).string());
    }
  }
  const std::vector<std::string>& given = options.input.inputs;
  arguments.insert(arguments.end(), given.begin(), given.end());
  return InputSet::resolve(arguments);
}

// One run, from the options to what is printed.
class DedupRun {
 public:
  explicit DedupRun(const DedupOptions& options)
      : options_(options),
        index_(open_index(options)),
        inputs_(all_inputs(options, index_.get())),
        keys_(options.exact) {
    if (index_ != nullptr) index_->refuse_known(inputs_, index_->segments().size());
  }

  std::string explain() {
    NearExplanation explanation(find_line(options_.explain, inputs_));
    RereadableInput input(inputs_, reader_options(), tmp_dir());
    decide_near(input, nullptr, &explanation);
    const double threshold = options_.near.threshold;
    if (!options_.common.json) return explanation.to_text(inputs_.names(), threshold);
    const auto replace = nlohmann::json::error_handler_t::replace;
    return explanation.to_json(inputs_.names(), threshold).dump(-1, ' ', false, replace) + "\n";
  }

  void write() {
    run_to_text({.command = "dedup",
                 .input = options_.input,
                 .common = options_.common,
                 .inputs = inputs_,
                 .output = options_.output,
                 .reader = reader_options(),
                 .in_parallel =
                     [&](DocumentBatch& batch) {
                       keys_.fill(batch);
                       stages_->find_units(batch);
                     },
                 .prepare = [&](RereadableInput& input) { return prepare(input); },
                 .summarize =
                     [&](RunSummary& summary, const std::vector<InputInfo>& read) {
                       return summarize(summary, read);
                     }});
  }

 private:
  static std::unique_ptr<DedupIndex> open_index(const DedupOptions& options) {
    if (options.index.empty()) return nullptr;
    return std::make_unique<DedupIndex>(options.index, index_options(options),
                                        options.near.sketch().shape.bands);
  }

  std::filesystem::path tmp_dir() const {
    // An explanation has no output.
    return options_.common.spill_folder(options_.output.empty() ? "explained" : options_.output);
  }

  LineReaderOptions reader_options() const {
    LineReaderOptions reader = options_.input.line_reader_options();
    if (index_ == nullptr) return reader;
    reader.files_begin = index_->segments().size();
    reader.digest_inputs = true;
    return reader;
  }

  // With the output locked.
  RereadingStage* prepare(RereadableInput& input) {
    if (options_.is_near) {
      open_work_folder();
      near_.emplace(decide_near(input, work_ ? &*work_ : nullptr, nullptr));
    }
    stages_.emplace(options_, inputs_, options_.common.memory_bytes, tmp_dir(), index_.get());
    if (near_) stages_->drop_near(near_->drops, inputs_);
    if (index_ != nullptr) stages_->write_index(*index_, *spool_, inputs_);
    return stages_->last();
  }

  void open_work_folder() {
    const nlohmann::json files = input_identity(inputs_);
    if (index_ != nullptr || files.is_null()) return;
    if (inputs_.bytes_on_disk() < options_.checkpoint_bytes_min) return;
    nlohmann::json identity = index_options(options_);
    identity["cluster_share_max"] = options_.near.cluster_share_max;
    identity["inputs"] = files;
    identity["pairs"] = options_.near.pairs;
    identity["estimate"] = options_.near.estimate;
    identity["text"] = {options_.input.text_field, options_.input.text_template,
                        options_.input.line_bytes_max};
    work_.emplace(near_work_path(options_.output), std::move(identity));
  }

  NearDecision decide_near(RereadableInput& input, WorkFolder* work, NearExplanation* explanation) {
    Stages exact(options_, inputs_, options_.common.memory_bytes / 4, tmp_dir(), index_.get());
    if (index_ != nullptr && explanation == nullptr) {
      spool_.emplace(options_.near.sketch().shape.bands, tmp_dir());
    }
    return decide_near_duplicates(
        {.input_options = options_.input,
         .common = options_.common,
         .options = options_.near,
         .input = input,
         .tmp_dir = tmp_dir(),
         .exact_in_parallel = [&](DocumentBatch& batch) { keys_.fill(batch); },
         .exact_in_order = exact.last(),
         .explanation = explanation,
         .work = work,
         .index = index_.get(),
         .spool = spool_ ? &*spool_ : nullptr});
  }

  // All is published.
  std::string summarize(RunSummary& summary, const std::vector<InputInfo>& read) {
    summary.more["dedup"] = stages_->to_json();
    if (index_ != nullptr) {
      stages_->index()->commit(read);
      summary.more["index_documents"] = index_->documents();
    }
    if (!near_) return stages_->to_text(options_.repeated.unit());
    summary.more["near"] = near_->report;
    if (!work_) return near_->text;
    work_->remove();
    if (!work_->discarded()) return near_->text;
    return near_->text + "warning: what a run of other options or inputs had left was removed\n";
  }

  const DedupOptions& options_;
  std::unique_ptr<DedupIndex> index_;
  InputSet inputs_;
  KeyStage keys_;
  std::optional<WorkFolder> work_;
  std::optional<KeySpool> spool_;
  std::optional<NearDecision> near_;
  std::optional<Stages> stages_;
};

}  // namespace

void DedupOptions::check() const {
  const auto refuse = [](const char* message) { throw Error(ExitCode::kUsage, message); };
  near.check();
  repeated.check(input.text_template);
  if (output.empty() && explain.empty()) refuse("dedup: give -o, the file to write");
  if (is_near && repeated.any()) {
    refuse(
        "--near compares rows as they are in the input, and --repeated-lines and "
        "--repeated-paragraphs change them; run dedup twice, --near the second time");
  }
  if (!is_near && !explain.empty()) refuse("--explain tells of near duplicates: give --near");
  if (!is_near && !index.empty()) refuse("--index is of near duplicates: give --near");
  if (near.estimate > 0 && !index.empty()) refuse("give --estimate or --index, not both");
}

void run_dedup(const DedupOptions& options) {
  options.check();
  DedupRun(options).write();
}

std::string explain_row(const DedupOptions& options) {
  options.check();
  return DedupRun(options).explain();
}

std::filesystem::path near_work_path(const std::filesystem::path& output) {
  return output.parent_path() / ("." + output.filename().string() + ".dedup");
}

}  // namespace corpusmill
