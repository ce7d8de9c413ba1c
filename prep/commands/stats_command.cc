#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "common/file.h"
#include "common/options.h"
#include "common/progress.h"
#include "prep/commands/commands.h"
#include "prep/exact/fingerprint.h"
#include "prep/input/input_options.h"
#include "prep/input/line_reader.h"
#include "prep/record/document_parser.h"
#include "prep/repeats/repeat_counter.h"
#include "prep/stage/pipeline.h"
#include "prep/stage/run_summary.h"
#include "prep/statistics/corpus_statistics.h"
#include "prep/statistics/statistics_report.h"
#include "prep/tokenize/shard_statistics.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {
namespace {

struct StatsOptions {
  InputOptions input;
  CommonOptions common;
  std::string output;
  std::string tokenizer;
  std::string by = "source";
  std::string dtype;
  std::uint64_t vocabulary_size = 0;
};

StatsOptions parse_options(const std::vector<std::string>& arguments) {
  StatsOptions options;
  OptionSet set("stats", "Numbers about a corpus of JSONL rows, or about token shards");
  options.input.add_to(set.app());
  set.app()
      .add_option("-o,--output", options.output, "Write the numbers to this file too, as JSON")
      ->option_text("FILE");
  set.app()
      .add_option("--tokenizer", options.tokenizer, "Count tokens with it; spell tokens of shards")
      ->option_text("FILE");
  set.app().add_option("--by", options.by, "Count documents by the value of this field");
  set.app()
      .add_option("--dtype", options.dtype, "Width of the ids of .bin files without a manifest")
      ->check(CLI::IsMember({"uint16", "uint32"}))
      ->option_text("uint16|uint32")
      ->group("Bare shards");
  set.app()
      .add_option("--vocab-size", options.vocabulary_size, "Vocabulary size of such files")
      ->group("Bare shards");
  options.common.add_to(set.app());
  set.example("corpusmill stats dump.jsonl.zst --by lang", "what is in a corpus");
  set.example("corpusmill stats dump.jsonl.zst --tokenizer tokenizer.json -o dump.stats.json",
              "and how a tokenizer cuts it");
  set.example("corpusmill stats out/data.json --tokenizer tokenizer.json", "what is in shards");
  set.parse(arguments);
  return options;
}

// `stats` need not write a file; then temporary ones lie where the system has them.
std::filesystem::path spill_folder_of(const StatsOptions& options) {
  const bool has_folder = !options.output.empty() || !options.common.tmp_dir.empty();
  return has_folder ? options.common.spill_folder(options.output)
                    : std::filesystem::temp_directory_path();
}

// Everything that is counted while the documents pass.
class CorpusRun {
 public:
  CorpusRun(const StatsOptions& options, const Tokenizer* tokenizer)
      : options_(options),
        statistics_options_{options.by, tokenizer},
        parser_({options.input.record_text(), true}),
        repeats_(options.common.memory_bytes / 2, spill_folder_of(options)) {}

  void run(RunSummary& summary) {
    LineReader reader(InputSet::resolve(options_.input.inputs),
                      options_.input.line_reader_options());
    Progress progress("stats", reader.inputs().bytes_on_disk(), options_.common.quiet);
    tbb::enumerable_thread_specific<CorpusStatistics> partial(
        [this] { return CorpusStatistics(statistics_options_); });
    run_pipeline(
        {options_.common.thread_count()}, [&] { return reader.next(); },
        parallel([&](LineBatch lines) { return measure(std::move(lines), partial); }),
        in_order([&](DocumentBatch batch) { account(batch, summary, progress); }));
    CorpusStatistics statistics(statistics_options_);
    for (const CorpusStatistics& part : partial) statistics += part;
    summary.documents = statistics.documents();
    if (statistics_options_.tokenizer != nullptr) summary.tokens = statistics.tokens();
    json_ = statistics.to_json();
    json_["inputs"] = reader.inputs().names();
    json_["books"] = summary.books.to_json();
    const double documents = static_cast<double>(std::max<std::uint64_t>(1, summary.documents));
    const Tally repeats = repeats_.repeats();
    json_["duplicates"] = {{"documents", repeats.lines},
                           {"bytes", repeats.bytes},
                           {"share", static_cast<double>(repeats.lines) / documents}};
  }

  const nlohmann::json& json() const { return json_; }

 private:
  DocumentBatch measure(LineBatch lines,
                        tbb::enumerable_thread_specific<CorpusStatistics>& partial) const {
    DocumentBatch batch = parser_.parse(std::move(lines));
    CorpusStatistics& statistics = partial.local();
    for (Document& document : batch.documents) {
      if (document.dropped) continue;
      statistics.add(batch.lines.text_of(document.line), document.text);
      document.fingerprint = fingerprint_of(document.text);
    }
    return batch;
  }

  void account(const DocumentBatch& batch, RunSummary& summary, Progress& progress) {
    std::uint64_t drops = 0;
    for (const Document& document : batch.documents) {
      summary.books.count_in(document.line.bytes_in);
      if (document.dropped) {
        summary.books.count_dropped(document.reason, document.line.bytes_in);
        ++drops;
        continue;
      }
      summary.books.count_kept(document.line.bytes_in);
      repeats_.add(document.fingerprint, document.text.size());
    }
    progress.add_bytes(batch.lines.bytes_on_disk);
    progress.add_documents(batch.documents.size());
    progress.add_drops(drops);
  }

  const StatsOptions& options_;
  CorpusStatisticsOptions statistics_options_;
  DocumentParser parser_;
  RepeatCounter repeats_;
  nlohmann::json json_;
};

bool is_bare_shard(const std::string& input) {
  return std::filesystem::path(input).extension() == ".bin";
}

nlohmann::json shard_set_statistics(const std::string& input, const StatsOptions& options,
                                    const ShardStatisticsOptions& shard_options,
                                    Progress& progress) {
  if (!is_bare_shard(input)) return shard_statistics(input, shard_options, progress);
  if (options.dtype.empty()) {
    throw Error(ExitCode::kUsage,
                fmt::format("{}: name its manifest instead (the .json beside it), or say how wide "
                            "its ids are with --dtype",
                            input));
  }
  const TokenWidth width = options.dtype == "uint16" ? TokenWidth::kUint16 : TokenWidth::kUint32;
  return bare_shard_statistics(input, width, options.vocabulary_size, shard_options, progress);
}

nlohmann::json shards_statistics(const StatsOptions& options, const Tokenizer* tokenizer,
                                 RunSummary& summary, std::string& report) {
  const ShardStatisticsOptions shard_options{tokenizer, options.common.thread_count()};
  Progress progress("stats", 0, options.common.quiet);
  nlohmann::json sets = nlohmann::json::array();
  std::uint64_t tokens = 0;
  for (const std::string& input : options.input.inputs) {
    nlohmann::json set = shard_set_statistics(input, options, shard_options, progress);
    report += (report.empty() ? "" : "\n") + shard_report(set);
    if (set.contains("splits")) {
      for (const auto& [name, split] : set["splits"].items()) {
        summary.documents += split["documents"].get<std::uint64_t>();
        tokens += split["tokens"].get<std::uint64_t>();
      }
    } else {
      tokens += set["tokens"].get<std::uint64_t>();
    }
    sets.push_back(std::move(set));
  }
  summary.tokens = tokens;
  return {{"shard_sets", std::move(sets)}};
}

bool are_shards(const std::vector<std::string>& inputs) {
  const auto is_shard_set = [](const std::string& input) {
    return is_bare_shard(input) || looks_like_manifest(input);
  };
  const auto count = std::count_if(inputs.begin(), inputs.end(), is_shard_set);
  if (count != 0 && static_cast<std::size_t>(count) != inputs.size()) {
    throw Error(ExitCode::kUsage, "JSONL rows and token shards are two runs: name one kind");
  }
  return count != 0;
}

}  // namespace

ExitCode stats_command(const std::vector<std::string>& arguments) {
  const StatsOptions options = parse_options(arguments);
  RunSummary summary("stats", options.common);
  std::unique_ptr<Tokenizer> tokenizer;
  if (!options.tokenizer.empty()) tokenizer = load_tokenizer(options.tokenizer);

  nlohmann::json statistics;
  std::string report;
  if (are_shards(options.input.inputs)) {
    statistics = shards_statistics(options, tokenizer.get(), summary, report);
  } else {
    CorpusRun run(options, tokenizer.get());
    run.run(summary);
    statistics = run.json();
    report = corpus_report(statistics);
  }
  if (!options.output.empty()) {
    const std::filesystem::path folder = std::filesystem::path(options.output).parent_path();
    if (!folder.empty()) make_directories(folder);
    write_file_atomically(
        options.output,
        statistics.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    summary.outputs.push_back(options.output);
  }
  summary.more["statistics"] = std::move(statistics);
  if (!options.common.json) fmt::print("{}", report);
  summary.finish(options.common.json ? report : "");
  return ExitCode::kDone;
}

}  // namespace corpusmill
