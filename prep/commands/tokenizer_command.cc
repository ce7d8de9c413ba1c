// corpusmill tokenizer info: what a tokenizer is, and how it cuts a sample.
#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>

#include <chrono>
#include <memory>

#include "common/options.h"
#include "common/progress.h"
#include "common/progress_line.h"
#include "prep/commands/commands.h"
#include "prep/input/input_options.h"
#include "prep/input/line_reader.h"
#include "prep/output/line_writer.h"
#include "prep/record/document_parser.h"
#include "prep/stage/pipeline.h"
#include "prep/stage/run_summary.h"
#include "prep/statistics/vocabulary_sample.h"
#include "prep/text/terminal_text.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {
namespace {

using nlohmann::json;

constexpr std::size_t kAddedShown = 8;
constexpr std::size_t kPartCharactersShown = 400;

struct TokenizerInfoOptions {
  InputOptions input;
  CommonOptions common;
  std::string action;
  std::string tokenizer;
};

TokenizerInfoOptions parse_options(const std::vector<std::string>& arguments) {
  TokenizerInfoOptions options;
  OptionSet set("tokenizer", "Say what a tokenizer is and, given rows, how it cuts them");
  CLI::App& app = set.app();
  app.add_option("action", options.action, "info")->required()->check(CLI::IsMember({"info"}));
  app.add_option("tokenizer", options.tokenizer, "the tokenizer's file or folder")->required();
  options.input.add_to(app);
  app.get_option("inputs")->required(false)->description(
      "a sample: JSONL files (plain, gzip or zstd), folders, patterns; - is standard input");
  options.common.add_to(app);
  set.example("corpusmill tokenizer info tokenizer.json");
  set.example("corpusmill tokenizer info tokenizer.model rows.jsonl.zst",
              "and how it cuts these rows");
  set.parse(arguments);
  return options;
}

json id_json(const Tokenizer& tokenizer, std::optional<TokenId> id) {
  if (!id) return nullptr;
  return {{"id", *id}, {"token", tokenizer.token(*id)}};
}

json describe(const Tokenizer& tokenizer, double load_ms) {
  const TokenizerParts parts = tokenizer.parts();
  const SpecialIds ids = tokenizer.special_ids();
  json added = json::array();
  for (const AddedToken& token : parts.added_tokens) {
    added.push_back({{"id", token.id}, {"token", token.content}, {"special", token.special}});
  }
  return {{"kind", tokenizer.kind()},           {"vocabulary_size", tokenizer.vocabulary_size()},
          {"digest", tokenizer.digest()},       {"bos", id_json(tokenizer, ids.bos)},
          {"eos", id_json(tokenizer, ids.eos)}, {"pad", id_json(tokenizer, ids.pad)},
          {"unk", id_json(tokenizer, ids.unk)}, {"normalizer", parts.normalizer},
          {"splitter", parts.splitter},         {"added_tokens", std::move(added)},
          {"warning", tokenizer.warning()},     {"load_ms", load_ms}};
}

std::string line(std::string_view name, std::string_view value) {
  return fmt::format("  {:<20} {}\n", name, value);
}

std::string to_text(const json& tokenizer) {
  std::string text;
  const auto shown = [&](const char* name) {
    return terminal_text(tokenizer[name].get<std::string>(), kPartCharactersShown);
  };
  text += line("kind", shown("kind"));
  text += line("vocabulary", with_separators(tokenizer["vocabulary_size"].get<std::uint64_t>()));
  text += line("digest", shown("digest"));
  std::string specials;
  for (const char* name : {"bos", "eos", "pad", "unk"}) {
    const json& id = tokenizer[name];
    const std::string token = id.is_null()
                                  ? "none"
                                  : fmt::format("{} {}", id["id"].get<TokenId>(),
                                                terminal_text(id["token"].get<std::string>(), 40));
    specials += fmt::format("{}{} {}", specials.empty() ? "" : ", ", name, token);
  }
  text += line("special ids", specials);
  const json& added = tokenizer["added_tokens"];
  std::string names = with_separators(added.size());
  for (std::size_t i = 0; i < std::min(added.size(), kAddedShown); ++i) {
    names += fmt::format("{} {}", i == 0 ? ":" : ",",
                         terminal_text(added[i]["token"].get<std::string>(), 40));
  }
  if (added.size() > kAddedShown) names += ", …";
  text += line("added tokens", names);
  text += line("normalizer", shown("normalizer"));
  text += line("splitter", shown("splitter"));
  text += line("loaded in", fmt::format("{:.0f} ms", tokenizer["load_ms"].get<double>()));
  if (!tokenizer["warning"].get<std::string>().empty()) text += line("note", shown("warning"));
  return text;
}

std::string sample_text(const json& sample) {
  const auto number = [&](const char* name) { return sample[name].get<double>(); };
  const auto percent = [&](const char* name) { return fmt::format("{:.2f}%", 100 * number(name)); };
  const auto whole = [&](const char* name) {
    return with_separators(sample[name].get<std::uint64_t>());
  };
  return line("documents", whole("documents")) + line("tokens", whole("tokens")) +
         line("bytes per token", fmt::format("{:.2f}", number("bytes_per_token"))) +
         line("characters per token", fmt::format("{:.2f}", number("characters_per_token"))) +
         line("tokens per document", fmt::format("{:.1f}", number("tokens_per_document"))) +
         line("vocabulary used", percent("used_share")) +
         line("single bytes", percent("byte_share")) + line("unknown", percent("unknown_share")) +
         line("specials in text", whole("specials"));
}

json measure_sample(const TokenizerInfoOptions& options, const Tokenizer& tokenizer,
                    RunSummary& summary) {
  const InputSet inputs = InputSet::resolve(options.input.inputs);
  LineReaderOptions reader_options = options.input.line_reader_options();
  reader_options.digest_inputs = false;
  LineReader reader(inputs, reader_options);
  const DocumentParser parser({.record_text = options.input.record_text()});
  tbb::enumerable_thread_specific<VocabularySample> partial(
      [&] { return VocabularySample(tokenizer); });
  Progress progress("tokenizer", inputs.bytes_on_disk(), options.common.quiet);
  run_pipeline(
      {.threads = options.common.thread_count()}, [&] { return reader.next(); },
      parallel([&](LineBatch lines) {
        DocumentBatch batch = parser.parse(std::move(lines));
        VocabularySample& sample = partial.local();
        for (const Document& document : batch.documents) {
          if (!document.dropped) sample.add(document.text);
        }
        return batch;
      }),
      in_order([&](DocumentBatch batch) {
        summary.books += count_lines(batch);
        progress.add_bytes(batch.lines.bytes_on_disk);
        progress.add_documents(batch.documents.size());
      }));
  VocabularySample whole(tokenizer);
  for (const VocabularySample& part : partial) whole += part;
  summary.documents = whole.documents();
  summary.tokens = whole.tokens();
  return whole.to_json();
}

}  // namespace

ExitCode tokenizer_command(const std::vector<std::string>& arguments) {
  const TokenizerInfoOptions options = parse_options(arguments);
  RunSummary summary("tokenizer", options.common);
  const auto begin = std::chrono::steady_clock::now();
  const std::unique_ptr<Tokenizer> tokenizer = load_tokenizer(options.tokenizer);
  const std::chrono::duration<double, std::milli> load = std::chrono::steady_clock::now() - begin;
  const json described = describe(*tokenizer, load.count());
  std::string text = to_text(described);
  summary.more["tokenizer"] = described;
  if (!options.input.inputs.empty()) {
    const json sample = measure_sample(options, *tokenizer, summary);
    text += "\n" + sample_text(sample);
    summary.more["sample"] = sample;
  }
  if (!options.common.json) fmt::print("{}", text);
  if (options.common.json || !options.input.inputs.empty()) {
    summary.finish(options.common.json ? text : "");
  }
  return ExitCode::kDone;
}

}  // namespace corpusmill
