// corpusmill repeats: spans of tokens that the shards hold more than once.
#include <fmt/format.h>

#include <memory>

#include "common/byte_size.h"
#include "common/file.h"
#include "common/options.h"
#include "common/shard_verify.h"
#include "common/version.h"
#include "prep/commands/commands.h"
#include "prep/output/text_writer.h"
#include "prep/repeats/repeats_cut.h"
#include "prep/repeats/repeats_report.h"
#include "prep/shards/shard_set.h"
#include "prep/stage/run_summary.h"
#include "prep/tokenize/shard_report.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {
namespace {

struct RepeatsOptions {
  std::string set;
  std::uint64_t min_tokens = 50;
  std::string output;
  std::string cut;
  std::string tokenizer;
};

void add_options(OptionSet& set, RepeatsOptions& options) {
  CLI::App& app = set.app();
  app.add_option("set", options.set, "PREFIX.json of a set of shards with a document index")
      ->required();
  app.add_option("--min-tokens", options.min_tokens, "Shortest span that counts")
      ->check(CLI::Range(std::uint64_t{2}, std::uint64_t{1} << 32));
  app.add_option("-o,--output", options.output, "Write a row for every span to this file");
  auto* const tokenizer = app.add_option("--tokenizer", options.tokenizer,
                                         "With --cut: of these shards, to keep characters whole");
  app.add_option("--cut", options.cut,
                 "Write a set of shards with this prefix that holds the first of every span alone")
      ->needs(tokenizer);
  set.example("corpusmill repeats data/data.json -o repeats.jsonl");
  set.example(
      "corpusmill repeats data/data.json --min-tokens 100 --cut unique/data --tokenizer tok/");
}

ShardSet open_set(const RepeatsOptions& asked, const CommonOptions& common) {
  ShardSet set = open_shard_set(asked.set, {});
  if (set.shard) {
    throw Error(ExitCode::kUsage,
                fmt::format("{} is one shard of a set; give its manifest", asked.set));
  }
  const std::uint64_t bytes = ShardCorpus::bytes_for(set);
  if (bytes > common.memory_bytes) {
    throw Error(ExitCode::kUsage,
                fmt::format("{} needs {} of memory at once; give --memory so much, or a smaller "
                            "set",
                            asked.set, format_byte_size(((bytes >> 20) + 1) << 20)));
  }
  verify_or_throw(set.folder, set.manifest, common.thread_count());
  return set;
}

std::vector<TokenRange> texts_of(const ShardCorpus& corpus) {
  std::vector<TokenRange> texts;
  for (const CorpusDocument& document : corpus.documents()) {
    texts.push_back(corpus.text_of(document));
  }
  return texts;
}

void write_report(const std::string& path, const ShardCorpus& corpus,
                  std::span<const RepeatedSpan> spans, const std::vector<InputInfo>& inputs) {
  TextWriter writer(path);
  for (const RepeatedSpan& span : spans) writer.write(repeat_row(corpus, span, inputs));
  writer.commit();
}

// The manifest of the set without repeats, but for its shards.
Manifest cut_manifest(const Manifest& of, std::uint64_t min_tokens) {
  Manifest manifest = of;
  manifest.tool_version = tool_version();
  manifest.options = {{"repeats_cut",
                       {{"min_tokens", min_tokens},
                        {"digest", of.to_json().at("manifest_digest")},
                        {"options", of.options}}}};
  manifest.shards.clear();
  // They count rows and tokens that are no longer all there.
  manifest.books = nlohmann::json::object();
  manifest.tokens_by_source = nlohmann::json::object();
  return manifest;
}

Manifest write_cut(const ShardSet& set, const RepeatsOptions& asked, const ShardCorpus& corpus,
                   std::span<const RepeatedSpan> spans, const Tokenizer& tokenizer, int threads) {
  const ShardSetNames names(asked.cut);
  make_directories(names.folder());
  const OutputLock lock(names.manifest_path());
  Manifest manifest = cut_manifest(set.manifest, asked.min_tokens);
  if (file_exists(names.manifest_path())) {
    return verify_earlier(names, manifest, "min_tokens, the set cut", threads);
  }
  remove_shard_set(names);
  manifest.shards = write_without_repeats(
      corpus, spans, tokenizer, names,
      {.width = width_for_vocabulary(manifest.tokenizer.vocabulary_size),
       .shard_tokens = set.manifest.options.value("shard_tokens", kDefaultShardTokens),
       .index = true});
  manifest.commit(names.manifest_path());
  return manifest;
}

void summarize_cut(const ShardSet& set, const Manifest& cut, const std::string& prefix,
                   RunSummary& summary) {
  const auto documents = [](const Manifest& manifest) {
    return manifest.documents(Split::kTrain) + manifest.documents(Split::kValidation);
  };
  const auto tokens = [](const Manifest& manifest) {
    return manifest.tokens(Split::kTrain) + manifest.tokens(Split::kValidation);
  };
  summary.more["cut"] = {{"documents_dropped", documents(set.manifest) - documents(cut)},
                         {"tokens_cut", tokens(set.manifest) - tokens(cut)}};
  summary.documents = documents(cut);
  summary.tokens = tokens(cut);
  const ShardSetNames names(prefix);
  for (const ShardInfo& shard : cut.shards) {
    summary.outputs.push_back((names.folder() / shard.file_name).string());
    summary.outputs.push_back((names.folder() / shard.index_file_name).string());
  }
  summary.outputs.push_back(names.manifest_path().string());
}

}  // namespace

ExitCode repeats_command(const std::vector<std::string>& arguments) {
  CommonOptions common;
  RepeatsOptions asked;
  OptionSet options("repeats",
                    "Find spans of tokens that a set of shards repeats; cut them if asked");
  add_options(options, asked);
  common.add_to(options.app());
  options.parse(arguments);

  RunSummary summary("repeats", common);
  const ShardSet set = open_set(asked, common);
  std::unique_ptr<Tokenizer> tokenizer;
  if (!asked.cut.empty()) {
    tokenizer = load_tokenizer(asked.tokenizer);
    require_same_tokenizer(set, *tokenizer);
  }
  const ShardCorpus corpus(set);
  const std::vector<RepeatedSpan> spans =
      find_repeated_spans(corpus.tokens(), texts_of(corpus), asked.min_tokens);
  const RepeatsSummary found(corpus, spans);
  if (!set.manifest.books.empty()) summary.books = Books::from_json(set.manifest.books);
  summary.more["repeats"] = found.to_json();
  summary.documents = corpus.documents().size();
  summary.tokens = corpus.tokens().size();
  const std::string notes = found.to_text();
  if (!asked.output.empty()) {
    write_report(asked.output, corpus, spans, set.manifest.inputs);
    summary.outputs.push_back(asked.output);
  }
  if (tokenizer) {
    const Manifest cut = write_cut(set, asked, corpus, spans, *tokenizer, common.thread_count());
    summarize_cut(set, cut, asked.cut, summary);
  }
  summary.finish(notes);
  return ExitCode::kDone;
}

}  // namespace corpusmill
