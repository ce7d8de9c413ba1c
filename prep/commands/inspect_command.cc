#include <fmt/format.h>

#include <cstdio>

#include "common/options.h"
#include "prep/commands/commands.h"
#include "prep/shards/shard_set.h"
#include "prep/stage/run_summary.h"
#include "prep/tokenize/shard_report.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {
namespace {

struct InspectOptions {
  std::string path;
  std::string tokenizer;
  std::string split = "train";
  std::uint64_t at = 0;
  std::uint64_t count = 64;
  std::uint64_t document = 0;
  BareShardOptions bare;
};

void add_options(OptionSet& set, InspectOptions& options) {
  CLI::App& app = set.app();
  app.add_option("path", options.path, "PREFIX.json, one of its shards, or a bare .bin")
      ->required();
  app.add_option("--tokenizer", options.tokenizer, "Decode with this tokenizer");
  app.add_option("--at", options.at, "First token to show, from 0");
  app.add_option("--count", options.count, "How many tokens to show")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 24));
  app.add_option("--document", options.document, "Show this document whole, from 0")
      ->excludes("--at")
      ->excludes("--count");
  app.add_option("--split", options.split, "Of a manifest: train or val")
      ->check(CLI::IsMember({"train", "val", "validation"}));
  options.bare.add_to(app);
  set.example("corpusmill inspect data/data.json", "what is in it");
  set.example("corpusmill inspect data/data.json --tokenizer tok/ --at 1000 --count 50");
  set.example("corpusmill inspect data/data.json --tokenizer tok/ --document 7");
  set.example("corpusmill inspect pretrain_data.bin --dtype uint16 --vocab-size 6400 --at 0");
}

nlohmann::json shown_window(const OptionSet& options, const InspectOptions& asked,
                            const ShardSet& set, const Tokenizer* tokenizer) {
  const Split split = asked.split == "train" ? Split::kTrain : Split::kValidation;
  const ShardSetReader reader =
      set.shard ? ShardSetReader::of_one_shard(set, *set.shard) : ShardSetReader(set, split);
  if (!options.given("--document")) {
    return window_json(set, reader, asked.at, asked.count, tokenizer);
  }
  const ShardSetReader::Document document = reader.document(asked.document);
  if (document.begin == document.end) {
    throw Error(ExitCode::kUsage, fmt::format("document {} has no tokens", asked.document));
  }
  return window_json(set, reader, document.begin, document.end - document.begin, tokenizer);
}

}  // namespace

ExitCode inspect_command(const std::vector<std::string>& arguments) {
  CommonOptions common;
  InspectOptions asked;
  OptionSet options("inspect", "Say what is in a set of shards; show and decode any window of it");
  add_options(options, asked);
  common.add_to(options.app());
  options.parse(arguments);

  RunSummary summary("inspect", common);
  const ShardSet set = open_shard_set(asked.path, asked.bare);
  if (set.is_bare && !common.quiet) fmt::print(stderr, "{}", bare_warning(set));
  std::unique_ptr<Tokenizer> tokenizer;
  if (!asked.tokenizer.empty()) {
    tokenizer = load_tokenizer(asked.tokenizer);
    require_same_tokenizer(set, *tokenizer);
  }
  summary.more["set"] = set_summary_json(set);
  summary.documents =
      set.manifest.documents(Split::kTrain) + set.manifest.documents(Split::kValidation);
  summary.tokens = set.manifest.tokens(Split::kTrain) + set.manifest.tokens(Split::kValidation);
  std::string text = set_summary_text(set);
  const bool shows_window =
      tokenizer || options.given("--at") || options.given("--count") || options.given("--document");
  if (shows_window) {
    summary.more["window"] = shown_window(options, asked, set, tokenizer.get());
    text += "\n" + window_text(summary.more["window"]);
  }
  if (common.json) {
    fmt::print("{}\n",
               summary.to_json().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{}", text);
  }
  return ExitCode::kDone;
}

}  // namespace corpusmill
