// corpusmill train-tokenizer: a tokenizer from a sample of the documents.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "common/error.h"
#include "common/file.h"
#include "common/options.h"
#include "common/progress.h"
#include "prep/commands.h"
#include "prep/document_parser.h"
#include "prep/input_options.h"
#include "prep/line_reader.h"
#include "prep/line_writer.h"
#include "prep/pipeline.h"
#include "prep/run_summary.h"
#include "prep/tokenizer_sample.h"
#include "tokenizer/byte_level_trainer.h"
#include "tokenizer/sentencepiece_trainer.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {
namespace {

constexpr std::string_view kByteBpe = "byte-bpe";
constexpr std::string_view kUnigram = "sentencepiece-unigram";

struct TrainTokenizerOptions {
  CommonOptions common;
  InputOptions input;
  std::string output;
  std::string kind{kByteBpe};
  std::size_t vocabulary_size = 6400;
  std::vector<std::string> specials;
  bool specials_given = false;
  std::uint64_t sample_bytes = 64 << 20;
  double character_coverage = 0.9995;
};

TrainTokenizerOptions parse_options(const std::vector<std::string>& arguments) {
  TrainTokenizerOptions options;
  OptionSet set("train-tokenizer", "Make a tokenizer from a sample of the documents");
  CLI::App& app = set.app();
  options.input.add_to(app);
  app.add_option("-o,--output", options.output,
                 "a folder; for the sentencepiece kinds also a file name that ends in .model")
      ->required();
  app.add_option("--kind", options.kind, "byte-bpe, sentencepiece-bpe or sentencepiece-unigram")
      ->check(CLI::IsMember({"byte-bpe", "sentencepiece-bpe", "sentencepiece-unigram"}))
      ->capture_default_str();
  app.add_option("--vocab-size", options.vocabulary_size, "entries, special tokens included")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--special", options.specials,
                 "a special token, once for each; they get the first ids. Without it byte-bpe has "
                 "<|endoftext|>, <|im_start|> and <|im_end|>");
  add_bytes_option(app, "--sample-bytes", options.sample_bytes,
                   "train on a random part of the documents, of this much text");
  app.add_option("--character-coverage", options.character_coverage,
                 "sentencepiece: the share of characters that get entries; others become bytes")
      ->check(CLI::Range(0.9, 1.0))
      ->capture_default_str();
  options.common.add_to(app);
  set.example("corpusmill train-tokenizer clean.jsonl.zst -o tokenizer");
  set.example("corpusmill train-tokenizer clean.jsonl.zst --kind sentencepiece-bpe -o sp.model");
  set.parse(arguments);
  options.specials_given = set.given("--special");
  return options;
}

// The file whose appearance ends the run.
std::filesystem::path output_file(const TrainTokenizerOptions& options) {
  const std::filesystem::path output = options.output;
  if (options.kind == kByteBpe) return output / "tokenizer.json";
  return output.extension() == ".model" ? output : output / "tokenizer.model";
}

std::vector<std::string> read_sample(const TrainTokenizerOptions& options, const InputSet& inputs,
                                     RunSummary& summary) {
  LineReaderOptions reader_options = options.input.line_reader_options();
  reader_options.digest_inputs = false;
  LineReader reader(inputs, reader_options);
  const DocumentParser parser({options.input.record_text(), true});
  TokenizerSample sample(options.sample_bytes, options.common.seed);
  Progress progress("read", inputs.bytes_on_disk(), options.common.quiet);
  run_pipeline(
      {options.common.thread_count()},  //
      [&] { return reader.next(); },
      parallel([&](LineBatch lines) { return parser.parse(std::move(lines)); }),
      in_order([&](DocumentBatch batch) {
        const Books books = count_lines(batch);
        summary.books += books;
        progress.add_bytes(batch.lines.bytes_on_disk);
        progress.add_documents(books.kept().lines);
        progress.add_drops(books.dropped_in_all().lines);
        for (const Document& document : batch.documents) {
          if (!document.dropped) sample.add(document.text);
        }
      }));
  summary.documents = sample.documents();
  summary.more["sample_bytes"] = sample.bytes();
  if (sample.documents() == 0) {
    throw Error(ExitCode::kUsage, "the input holds no document to train on");
  }
  return sample.take();
}

void publish(const std::filesystem::path& path, std::string_view bytes, RunSummary& summary) {
  write_file_atomically(path, bytes);
  summary.outputs.push_back(path.string());
}

void train(const TrainTokenizerOptions& options, const std::vector<std::string>& texts,
           const std::filesystem::path& file, RunSummary& summary) {
  if (options.kind == kByteBpe) {
    ByteLevelTrainingOptions training;
    training.vocabulary_size = options.vocabulary_size;
    training.threads = options.common.thread_count();
    if (options.specials_given) training.specials = options.specials;
    const TrainedByteLevel trained = train_byte_level(texts, training);
    publish(file.parent_path() / "tokenizer_config.json", trained.tokenizer_config_json, summary);
    publish(file, trained.tokenizer_json, summary);
    return;
  }
  SentencepieceTrainingOptions training;
  training.unigram = options.kind == kUnigram;
  training.vocabulary_size = options.vocabulary_size;
  training.specials = options.specials;
  training.character_coverage = options.character_coverage;
  publish(file, train_sentencepiece(texts, training), summary);
}

// What was made, and how well it packs the sample.
std::string describe_result(const Tokenizer& tokenizer, const std::vector<std::string>& texts,
                            std::size_t vocabulary_wanted, RunSummary& summary) {
  constexpr std::uint64_t kMeasuredBytesMax = 1 << 20;
  std::uint64_t bytes = 0, ids = 0;
  for (const std::string& text : texts) {
    if (bytes > 0 && bytes + text.size() > kMeasuredBytesMax) break;
    bytes += text.size();
    ids += tokenizer.encode_text(text).size();
  }
  const double bytes_per_token =
      ids == 0 ? 0.0 : static_cast<double>(bytes) / static_cast<double>(ids);
  summary.more["kind"] = tokenizer.kind();
  summary.more["vocabulary_size"] = tokenizer.vocabulary_size();
  summary.more["digest"] = tokenizer.digest();
  summary.more["bytes_per_token"] = bytes_per_token;
  std::string text = fmt::format("  {} entries, {:.2f} bytes per token on the sample\n",
                                 tokenizer.vocabulary_size(), bytes_per_token);
  if (tokenizer.vocabulary_size() < vocabulary_wanted) {
    text += fmt::format("  the sample has no pair left to merge: {} entries were asked for\n",
                        vocabulary_wanted);
  }
  if (!tokenizer.warning().empty()) text += fmt::format("  note: {}\n", tokenizer.warning());
  return text;
}

}  // namespace

ExitCode train_tokenizer_command(const std::vector<std::string>& arguments) {
  const TrainTokenizerOptions options = parse_options(arguments);
  RunSummary summary("train-tokenizer", options.common);
  const InputSet inputs = InputSet::resolve(options.input.inputs);
  const std::filesystem::path file = output_file(options);
  inputs.refuse_as_output(file);
  if (!file.parent_path().empty()) make_directories(file.parent_path());
  const OutputLock lock(file);

  const std::vector<std::string> texts = read_sample(options, inputs, summary);
  train(options, texts, file, summary);
  const auto tokenizer = load_tokenizer(file);
  summary.finish(inputs.warning_text() +
                 describe_result(*tokenizer, texts, options.vocabulary_size, summary));
  return ExitCode::kDone;
}

}  // namespace corpusmill
