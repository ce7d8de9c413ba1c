#include "prep/tokenize/shard_run.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "common/file.h"
#include "common/progress.h"
#include "common/version.h"
#include "prep/dedup/dedup_run.h"
#include "prep/exact/exact_dedup.h"
#include "prep/exact/key_stage.h"
#include "prep/input/rereadable_input.h"
#include "prep/near/near_dedup.h"
#include "prep/output/line_writer.h"
#include "prep/output/quarantine.h"
#include "prep/record/document_parser.h"
#include "prep/repeats/repeated_text.h"
#include "prep/stage/pipeline.h"
#include "prep/tokenize/encode_stage.h"
#include "prep/tokenize/replay_plan.h"
#include "prep/tokenize/shard_sink.h"
#include "prep/tokenize/shard_state.h"
#include "prep/tokenize/tokenize_journal.h"

namespace corpusmill {
namespace {

// Small enough for the texts and the ids of the batches at work to stay in a core's own cache.
constexpr std::uint64_t kBatchBytes = 128 << 10;

// The fingerprint set gets what the live batches leave of --memory.
struct MemoryShares {
  std::size_t live_batches_max;
  std::uint64_t dedup_bytes_max;
};

MemoryShares share_memory(std::uint64_t memory_bytes, int threads) {
  // Lines, decoded texts, and 4 bytes for each id, of which a batch has as many as bytes at worst.
  constexpr std::uint64_t kLiveBatchBytes = 8 << 20;
  const std::uint64_t wanted = 3 * static_cast<std::uint64_t>(threads);
  const std::uint64_t live =
      std::clamp<std::uint64_t>(memory_bytes / 2 / kLiveBatchBytes, 2, wanted);
  const std::uint64_t batches_bytes = live * kLiveBatchBytes;
  return {static_cast<std::size_t>(live),
          memory_bytes > 2 * batches_bytes ? memory_bytes - batches_bytes : memory_bytes / 2};
}

TokenizerInfo describe_tokenizer(const Tokenizer& tokenizer, const std::filesystem::path& path) {
  TokenizerInfo info;
  info.file_name =
      path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
  info.kind = tokenizer.kind();
  info.digest = tokenizer.digest();
  info.vocabulary_size = tokenizer.vocabulary_size();
  info.special_ids = tokenizer.special_ids();
  return info;
}

// PREFIX, also where the user gave PREFIX.json.
std::filesystem::path prefix_of(const ShardSetNames& names) {
  return names.manifest_path().replace_extension();
}

// Everything that is settled before the first line is read.
struct Setup {
  const ShardOptions& options;
  std::unique_ptr<Tokenizer> tokenizer;
  DocumentEncoder encoder;
  TokenWidth width;
  ShardRunPlan plan;
};

Setup prepare(const ShardOptions& options) {
  options.check();
  std::unique_ptr<Tokenizer> tokenizer = load_tokenizer(options.tokenizer.tokenizer);
  const DocumentEncoder encoder(*tokenizer, options.encoder_choices());
  const TokenWidth width = options.width(tokenizer->vocabulary_size());
  const ShardSetNames names(options.output);
  // What can throw comes before the braces: GCC 12 destroys members of a half-made aggregate twice.
  InputSet inputs = InputSet::resolve(options.input.inputs);
  nlohmann::json data_options = options.data_options(encoder, width);
  ShardRunPlan plan{.names = names,
                    .journal_path = TokenizeJournal::path_for(prefix_of(names)),
                    .header = {.options = std::move(data_options),
                               .tokenizer_digest = tokenizer->digest(),
                               .inputs = {}},
                    .inputs = std::move(inputs),
                    .vocabulary_size = tokenizer->vocabulary_size(),
                    .threads = options.common.thread_count(),
                    .overwrite = options.overwrite};
  for (const InputFile& file : plan.inputs.files()) {
    plan.header.inputs.push_back({file.name, file.bytes_on_disk, ""});
  }
  return {options, std::move(tokenizer), encoder, width, std::move(plan)};
}

// The stages between the reader and the sink; they outlive one reading of the input.
struct Stages {
  const DocumentParser& parser;
  const KeyStage& keys;
  const RepeatedTextStage* repeated;  // may be null
  RereadingStage* dedup;              // may be null
  ReplayPlan& replay;
  ShardSink& sink;
};

// One reading of the input, or of what is left of it.
void read_once(const std::string& label, const Setup& setup, const Stages& stages,
               std::size_t live_batches_max, RereadableInput& input) {
  const ShardOptions& options = setup.options;
  const EncodeStage encode_stage(setup.encoder, options.limits);
  Progress progress(label, setup.plan.inputs.bytes_on_disk(), options.common.quiet);
  run_pipeline(
      {.threads = setup.plan.threads, .live_batches_max = live_batches_max},
      [&] { return input.next(); }, parallel([&](LineBatch lines) {
        DocumentBatch batch = stages.parser.parse(std::move(lines));
        stages.keys.fill(batch);
        if (stages.repeated != nullptr) stages.repeated->find_units(batch);
        return measure_documents(std::move(batch), options.limits);
      }),
      in_order([&](EncodedBatch batch) {
        choose_candidates(batch, stages.dedup, options.limits, stages.replay);
        if (batch.undecided) input.keep(batch.batch.lines);
        return batch;
      }),
      parallel([&](EncodedBatch batch) {
        encode_stage.encode(batch);
        return batch;
      }),
      in_order([&](EncodedBatch batch) {
        progress.add_bytes(batch.batch.lines.bytes_on_disk);
        if (batch.undecided) return;
        stages.sink.write(batch);
        const Books books = count_lines(batch.batch);
        progress.add_documents(books.kept().lines);
        progress.add_drops(books.dropped_in_all().lines);
      }));
}

// Where near dedup keeps its phases, if the input is large and can be read again.
std::optional<WorkFolder> open_work_folder(const Setup& setup) {
  const ShardOptions& options = setup.options;
  const InputSet& inputs = setup.plan.inputs;
  const nlohmann::json files = input_identity(inputs);
  if (options.dedup != "near" || files.is_null()) return std::nullopt;
  if (inputs.bytes_on_disk() < options.checkpoint_bytes_min) return std::nullopt;
  return WorkFolder(near_work_path(prefix_of(setup.plan.names)),
                    {{"options", setup.plan.header.options},
                     {"inputs", files},
                     {"pairs", options.near.pairs},
                     {"estimate", options.near.estimate}});
}

NearDecision decide_near(const Setup& setup, RereadableInput& input, std::uint64_t bytes_max,
                         WorkFolder* work) {
  const ShardOptions& options = setup.options;
  const std::filesystem::path tmp_dir = options.common.spill_folder(options.output);
  ExactDeduplicator exact(
      {.bytes_max = bytes_max / 4, .tmp_dir = tmp_dir, .file_names = setup.plan.inputs.names()});
  const KeyStage keys(options.exact);
  return decide_near_duplicates(
      {.input_options = options.input,
       .common = options.common,
       .options = options.near,
       .input = input,
       .tmp_dir = tmp_dir,
       .exact_in_parallel = [&](DocumentBatch& batch) { keys.fill(batch); },
       .exact_in_order = &exact,
       .work = work});
}

// Reads, and writes everything but the manifest.
void run_stages(const std::string& label, const Setup& setup, RereadableInput& input,
                const std::vector<JournalRecord>& records, ShardSink& sink, WorkFolder* work,
                ShardRunResult& result) {
  const ShardOptions& options = setup.options;
  const MemoryShares memory = share_memory(options.common.memory_bytes, setup.plan.threads);
  DocumentParserOptions parser_options;
  parser_options.record_text = options.input.record_text();
  parser_options.source_field = options.source_field;
  const DocumentParser parser(std::move(parser_options));
  ReplayPlan replay(records, SplitRule(options.val_fraction, options.common.seed));
  const std::filesystem::path tmp_dir = options.common.spill_folder(options.output);
  const std::vector<std::string> names = setup.plan.inputs.names();
  const std::uint64_t dedup_bytes_max =
      options.repeated.any() ? memory.dedup_bytes_max / 2 : memory.dedup_bytes_max;
  std::optional<NearDecision> near;
  if (options.dedup == "near") {
    near.emplace(decide_near(setup, input, memory.dedup_bytes_max, work));
    result.near = near->report;
    result.near_text = near->text;
  }
  ExactDeduplicator exact({.bytes_max = dedup_bytes_max, .tmp_dir = tmp_dir, .file_names = names});
  RereadingStage* dedup = options.dedup == "none" ? nullptr : &exact;
  std::optional<RepeatedTextStage> repeated;
  if (options.repeated.any()) {
    repeated.emplace(RepeatedTextOptions{.repeated = options.repeated,
                                         .text_field = options.input.text_field,
                                         .bytes_max = dedup_bytes_max,
                                         .tmp_dir = tmp_dir,
                                         .file_names = names},
                     dedup);
    dedup = &*repeated;
  }
  std::optional<DropStage> near_drops;
  if (near) {
    near_drops.emplace(near->drops, names, dedup);
    dedup = &*near_drops;
  }
  const KeyStage keys(options.exact);
  const Stages stages{parser, keys, repeated ? &*repeated : nullptr, dedup, replay, sink};
  while (true) {
    read_once(label, setup, stages, memory.live_batches_max, input);
    const auto next = dedup == nullptr ? std::nullopt : dedup->next_reading();
    if (!next) return;
    input.rewind(*next);
  }
}

Manifest make_manifest(const Setup& setup, const RereadableInput& input, const ShardSink& sink) {
  Manifest manifest;
  manifest.tool_version = tool_version();
  manifest.options = setup.plan.header.options;
  manifest.tokenizer = describe_tokenizer(*setup.tokenizer, setup.options.tokenizer.tokenizer);
  manifest.bos = setup.encoder.bos();
  manifest.eos = setup.encoder.eos();
  manifest.inputs = input.finished_inputs();
  manifest.shards = sink.writer().shards();
  manifest.books = sink.books().to_json();
  manifest.tokens_by_source = sink.writer().tokens_by_source();
  return manifest;
}

ShardRunResult finished_result(const Setup& setup, Manifest manifest) {
  ShardRunResult result;
  result.books = Books::from_json(manifest.books);
  result.already_done = true;
  result.outputs.push_back(setup.plan.names.manifest_path().string());
  result.manifest = std::move(manifest);
  return result;
}

}  // namespace

ShardRunResult run_to_shards(const std::string& label, const ShardOptions& options) {
  Setup setup = prepare(options);
  const ShardSetNames& names = setup.plan.names;
  setup.plan.inputs.refuse_as_output(names.manifest_path());
  make_directories(names.folder());
  const OutputLock lock(names.manifest_path());
  ShardState state = examine_shard_state(setup.plan);
  if (state.finished) return finished_result(setup, std::move(*state.finished));

  const std::filesystem::path quarantine_path = Quarantine::path_for(prefix_of(names));
  remove_stale_temporaries(quarantine_path);
  remove_stale_temporaries(setup.plan.journal_path);
  TokenizeJournal journal(setup.plan.journal_path, {setup.plan.header, state.records});
  Quarantine quarantine(quarantine_path, setup.plan.inputs.names());
  LineReaderOptions reader_options = options.input.line_reader_options();
  reader_options.digest_inputs = true;
  reader_options.batch_bytes = kBatchBytes;
  RereadableInput input(setup.plan.inputs, reader_options,
                        options.common.spill_folder(options.output));
  ShardSink sink({.names = names,
                  .shards = {.width = setup.width,
                             .shard_tokens = options.shard_tokens,
                             .index = options.index},
                  .split = SplitRule(options.val_fraction, options.common.seed),
                  .input_names = setup.plan.inputs.names()},
                 state.records, journal, quarantine);
  ShardRunResult result;
  std::optional<WorkFolder> work = open_work_folder(setup);
  run_stages(label, setup, input, state.records, sink, work ? &*work : nullptr, result);
  sink.finish();
  quarantine.commit();
  // Before the manifest: behind it the same command finds nothing left to do.
  if (work) work->remove();

  result.manifest = make_manifest(setup, input, sink);
  result.manifest.commit(names.manifest_path());
  journal.close_and_remove();
  result.books = sink.books();
  result.shards_resumed = state.records.size();
  result.specials = sink.writer().specials();
  result.warnings = setup.plan.inputs.warnings();
  const std::string tokenizer_warning = setup.tokenizer->warning();
  if (!tokenizer_warning.empty()) result.warnings.push_back(tokenizer_warning);
  result.outputs = {names.manifest_path().string(), quarantine.final_path().string()};
  return result;
}

}  // namespace corpusmill
