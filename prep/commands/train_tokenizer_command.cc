// corpusmill train-tokenizer: a tokenizer from a sample of the documents.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "common/error.h"
#include "common/file.h"
#include "common/options.h"
#include "common/progress.h"
#include "prep/commands/commands.h"
#include "prep/input/input_options.h"
#include "prep/input/line_reader.h"
#include "prep/output/line_writer.h"
#include "prep/record/document_parser.h"
#include "prep/stage/pipeline.h"
#include "prep/stage/run_summary.h"
#include "prep/statistics/tokenizer_sample.h"
#include "tokenizer/learn/byte_level_trainer.h"
#include "tokenizer/learn/sentencepiece_trainer.h"
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
  std::uint64_t sample_bytes = 0;
  double character_coverage = 0.9995;
  std::string splitter = "gpt2";
  std::uint64_t min_frequency = 1;
  std::uint32_t token_bytes_max = 0;
  double seed_coverage = 0;

  bool byte_bpe() const { return kind == kByteBpe; }
  // 0: no limit.
  std::uint64_t sample_bytes_max() const {
    return sample_bytes == 0 && !byte_bpe() ? std::uint64_t{64} << 20 : sample_bytes;
  }
};

// What only one kind understands is refused for the other.
void check_kind(const OptionSet& set, const TrainTokenizerOptions& options) {
  const std::vector<std::string> of_byte_bpe = {"--splitter", "--min-frequency",
                                                "--max-token-length", "--seed-characters"};
  const std::vector<std::string> of_sentencepiece = {"--character-coverage"};
  for (const std::string& name : options.byte_bpe() ? of_sentencepiece : of_byte_bpe) {
    if (!set.given(name)) continue;
    throw Error(ExitCode::kUsage, fmt::format("{} means nothing to --kind {}", name, options.kind));
  }
}

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
                   "train on a random part of the documents, of this much text; 0: byte-bpe on "
                   "all of it, the sentencepiece kinds on 64MiB");
  app.add_option("--character-coverage", options.character_coverage,
                 "sentencepiece: the share of characters that get entries; others become bytes")
      ->check(CLI::Range(0.9, 1.0))
      ->capture_default_str();
  app.add_option("--splitter", options.splitter,
                 "byte-bpe: the regular expression that cuts text first, by the tokenizer that "
                 "has it: " +
                     fmt::format("{}", fmt::join(splitter_names(), ", ")))
      ->check(CLI::IsMember(splitter_names()))
      ->capture_default_str();
  app.add_option("--min-frequency", options.min_frequency,
                 "byte-bpe: merge no pair that is rarer than this")
      ->capture_default_str();
  app.add_option("--max-token-length", options.token_bytes_max,
                 "byte-bpe: make no token of more bytes than this; 0: of any length")
      ->check(CLI::IsMember({0}) | CLI::Range(2, 1'000'000))
      ->capture_default_str();
  app.add_option("--seed-characters", options.seed_coverage,
                 "byte-bpe: first make the characters that are this share of the sample tokens "
                 "of their own, the most frequent first; for Chinese, 0.9995 for example")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  options.common.add_to(app);
  set.example("corpusmill train-tokenizer clean.jsonl.zst -o tokenizer");
  set.example(
      "corpusmill train-tokenizer clean.jsonl.zst --vocab-size 32000 --splitter qwen2 -o t");
  set.example("corpusmill train-tokenizer clean.jsonl.zst --kind sentencepiece-bpe -o sp.model");
  set.parse(arguments);
  options.specials_given = set.given("--special");
  check_kind(set, options);
  return options;
}

// The file whose appearance ends the run.
std::filesystem::path output_file(const TrainTokenizerOptions& options) {
  const std::filesystem::path output = options.output;
  if (options.byte_bpe()) return output / "tokenizer.json";
  return output.extension() == ".model" ? output : output / "tokenizer.model";
}

// Documents that were read, with the ordinal of the first that is not dropped.
struct NumberedBatch {
  DocumentBatch batch;
  std::uint64_t first_ordinal = 0;
};

// Reads all documents once; choose(text, ordinal) is called for each in order, then use(batch) for
// each batch, in no order and in parallel. Returns the books.
template <class Choose, class Use>
Books read_documents(const TrainTokenizerOptions& options, const InputSet& inputs,
                     std::string_view label, const Choose& choose, const Use& use) {
  LineReader reader(inputs, options.input.line_reader_options());
  const DocumentParser parser({options.input.record_text(), true});
  Progress progress(std::string(label), inputs.bytes_on_disk(), options.common.quiet);
  Books total;
  std::uint64_t ordinal = 0;
  run_pipeline(
      {options.common.thread_count()},  //
      [&] { return reader.next(); },
      parallel([&](LineBatch lines) { return parser.parse(std::move(lines)); }),
      in_order([&](DocumentBatch batch) {
        const Books books = count_lines(batch);
        total += books;
        progress.add_bytes(batch.lines.bytes_on_disk);
        progress.add_documents(books.kept().lines);
        progress.add_drops(books.dropped_in_all().lines);
        NumberedBatch numbered{std::move(batch), ordinal};
        for (const Document& document : numbered.batch.documents) {
          if (!document.dropped) choose(document.text, ordinal++);
        }
        return numbered;
      }),
      parallel([&](NumberedBatch batch) { use(batch); }));
  if (ordinal == 0) {
    throw Error(ExitCode::kUsage, "the input holds no document to train on");
  }
  return total;
}

// The first of the documents trained on, to measure the result with.
class MeasuredTexts {
 public:
  void add(std::string_view text) {
    if (full_ || (bytes_ > 0 && bytes_ + text.size() > kBytesMax)) {
      full_ = true;
      return;
    }
    bytes_ += text.size();
    texts_.emplace_back(text);
  }
  std::uint64_t bytes() const { return bytes_; }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  static constexpr std::uint64_t kBytesMax = 1 << 20;
  std::vector<std::string> texts_;
  std::uint64_t bytes_ = 0;
  bool full_ = false;
};

std::vector<std::string> read_sample(const TrainTokenizerOptions& options, const InputSet& inputs,
                                     RunSummary& summary) {
  TokenizerSample sample(options.sample_bytes_max(), options.common.seed);
  summary.books = read_documents(
      options, inputs, "read", [&](std::string_view text, std::uint64_t) { sample.add(text); },
      [](const NumberedBatch&) {});
  summary.documents = sample.documents();
  summary.more["sample_bytes"] = sample.bytes();
  return sample.take();
}

void publish(const std::filesystem::path& path, std::string_view bytes, RunSummary& summary) {
  write_file_atomically(path, bytes);
  summary.outputs.push_back(path.string());
}

ByteLevelTrainingOptions byte_bpe_options(const TrainTokenizerOptions& options,
                                          const std::filesystem::path& file) {
  ByteLevelTrainingOptions training;
  if (options.specials_given) training.specials = options.specials;
  training.splitter = options.splitter;
  training.merges.vocabulary_size = options.vocabulary_size;
  training.merges.min_frequency = options.min_frequency;
  if (options.token_bytes_max > 0) training.merges.token_bytes_max = options.token_bytes_max;
  training.merges.seed_coverage = options.seed_coverage;
  training.merges.threads = options.common.thread_count();
  training.merges.memory_bytes = options.common.memory_bytes;
  training.merges.tmp_dir = file.parent_path();
  if (!options.common.tmp_dir.empty()) training.merges.tmp_dir = options.common.tmp_dir;
  return training;
}

// Counts while it reads; no text is kept. A sample is chosen by a reading of its own.
void count_documents(const TrainTokenizerOptions& options, const InputSet& inputs,
                     ByteLevelTrainer& trainer, MeasuredTexts& measured, RunSummary& summary) {
  TokenizerSample sample(options.sample_bytes == 0 ? ~std::uint64_t{0} : options.sample_bytes,
                         options.common.seed, TokenizerSample::Texts::kChoose);
  if (options.sample_bytes > 0) {
    read_documents(
        options, inputs, "choose", [&](std::string_view text, std::uint64_t) { sample.add(text); },
        [](const NumberedBatch&) {});
  }
  std::uint64_t documents = 0, bytes = 0;
  summary.books = read_documents(
      options, inputs, "count",
      [&](std::string_view text, std::uint64_t ordinal) {
        if (!sample.takes(ordinal)) return;
        ++documents;
        bytes += text.size();
        measured.add(text);
      },
      [&](const NumberedBatch& numbered) {
        ByteLevelTrainer::Adder adder(trainer);
        std::uint64_t ordinal = numbered.first_ordinal;
        for (const Document& document : numbered.batch.documents) {
          if (!document.dropped && sample.takes(ordinal++)) adder.add(document.text);
        }
      });
  summary.documents = documents;
  summary.more["sample_bytes"] = bytes;
}

void train_byte_bpe(const TrainTokenizerOptions& options, const InputSet& inputs,
                    const std::filesystem::path& file, MeasuredTexts& measured,
                    RunSummary& summary) {
  ByteLevelTrainer trainer(byte_bpe_options(options, file));
  const bool readable_twice = std::all_of(inputs.files().begin(), inputs.files().end(),
                                          [](const InputFile& input) { return input.regular; });
  if (options.sample_bytes == 0 || readable_twice) {
    count_documents(options, inputs, trainer, measured, summary);
  } else {
    ByteLevelTrainer::Adder adder(trainer);
    for (const std::string& text : read_sample(options, inputs, summary)) {
      measured.add(text);
      adder.add(text);
    }
  }
  summary.more["count_seconds"] = summary.seconds();
  const TrainedByteLevel trained = trainer.finish();
  summary.more["distinct_pretokens"] = trained.distinct_pretokens;
  summary.more["spilled_bytes"] = trained.spilled_bytes;
  publish(file.parent_path() / "tokenizer_config.json", trained.tokenizer_config_json, summary);
  publish(file, trained.tokenizer_json, summary);
}

void train_sentencepiece_model(const TrainTokenizerOptions& options, const InputSet& inputs,
                               const std::filesystem::path& file, MeasuredTexts& measured,
                               RunSummary& summary) {
  const std::vector<std::string> texts = read_sample(options, inputs, summary);
  for (const std::string& text : texts) measured.add(text);
  SentencepieceTrainingOptions training;
  training.unigram = options.kind == kUnigram;
  training.vocabulary_size = options.vocabulary_size;
  training.specials = options.specials;
  training.character_coverage = options.character_coverage;
  publish(file, train_sentencepiece(texts, training), summary);
}

// What was made, and how well it packs the sample.
std::string describe_result(const Tokenizer& tokenizer, const MeasuredTexts& measured,
                            std::size_t vocabulary_wanted, RunSummary& summary) {
  std::uint64_t ids = 0;
  for (const std::string& text : measured.texts()) ids += tokenizer.encode_text(text).size();
  const double bytes_per_token =
      ids == 0 ? 0.0 : static_cast<double>(measured.bytes()) / static_cast<double>(ids);
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

  MeasuredTexts measured;
  if (options.byte_bpe()) {
    train_byte_bpe(options, inputs, file, measured, summary);
  } else {
    train_sentencepiece_model(options, inputs, file, measured, summary);
  }
  const auto tokenizer = load_tokenizer(file);
  summary.finish(inputs.warning_text() +
                 describe_result(*tokenizer, measured, options.vocabulary_size, summary));
  return ExitCode::kDone;
}

}  // namespace corpusmill
