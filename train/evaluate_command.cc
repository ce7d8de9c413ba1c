#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "common/manifest.h"
#include "common/options.h"
#include "common/stop_signal.h"
#include "train/checkpoint_model.h"
#include "train/commands.h"
#include "train/evaluator.h"
#include "train/precision.h"

namespace corpusmill {
namespace {

struct EvaluateCommandOptions {
  std::string checkpoint, data, tokenizer, split = "val", device = "auto", dtype = "auto";
  std::string data_dtype = "uint16";
  EvaluateOptions evaluate;
  CommonOptions common;
};

void parse(const std::vector<std::string>& arguments, EvaluateCommandOptions& options) {
  OptionSet set("evaluate", "Loss, perplexity and bits per byte of a checkpoint on shards");
  CLI::App& app = set.app();
  app.add_option("--checkpoint", options.checkpoint,
                 "A run's folder (its newest checkpoint) or one step-N folder")
      ->required();
  app.add_option("--data", options.data, "Manifest PREFIX.json, or a bare .bin")->required();
  app.add_option("--split", options.split, "Which shards of the manifest")
      ->check(CLI::IsMember({"val", "train"}))
      ->capture_default_str();
  app.add_option("--data-dtype", options.data_dtype, "Ids of a bare .bin")
      ->check(CLI::IsMember({"uint16", "uint32"}))
      ->capture_default_str();
  app.add_option("--tokenizer", options.tokenizer,
                 "Tokenizer, for bits per byte (default: the checkpoint's)");
  EvaluateOptions& evaluate = options.evaluate;
  app.add_option("--seq-len", evaluate.seq_len, "Window length in tokens")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--batch-size", evaluate.batch_size, "Windows per forward pass")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--max-windows", evaluate.windows_max, "Only the first so many; 0: all")
      ->capture_default_str();
  app.add_option("--device", options.device, "auto, cpu, cuda, cuda:N")->capture_default_str();
  app.add_option("--dtype", options.dtype, "auto, float32, bfloat16, float16")
      ->capture_default_str();
  options.common.add_to(app);
  set.example("corpusmill evaluate --checkpoint out --data data/corpus.json");
  set.parse(arguments);
}

TokenDataset open_data(const EvaluateCommandOptions& options, const CheckpointState& state) {
  const std::filesystem::path path = options.data;
  if (path.extension() != ".json") {
    return TokenDataset::open_bare(
        path, options.data_dtype == "uint32" ? TokenWidth::kUint32 : TokenWidth::kUint16);
  }
  const Manifest manifest = Manifest::load(path);
  const std::string& ours = state.tokenizer.digest;
  if (!ours.empty() && manifest.tokenizer.digest != ours) {
    throw Error(
        ExitCode::kMismatch,
        fmt::format("{} was made with the tokenizer {} (digest {}), the checkpoint with {}",
                    options.data, manifest.tokenizer.file_name, manifest.tokenizer.digest, ours));
  }
  return TokenDataset::open(path, manifest,
                            options.split == "val" ? Split::kValidation : Split::kTrain);
}

}  // namespace

ExitCode evaluate_command(const std::vector<std::string>& arguments) {
  EvaluateCommandOptions options;
  parse(arguments, options);
  set_compute_threads(options.common.thread_count());
  CheckpointModel loaded = load_checkpoint_model(options.checkpoint, options.device, options.dtype);
  const TokenDataset dataset = open_data(options, loaded.checkpoint.state);
  if (static_cast<std::int64_t>(dataset.largest_id()) >= loaded.model->config().vocab_size) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{} holds id {}, the model has {} rows", options.data,
                            dataset.largest_id(), loaded.model->config().vocab_size));
  }
  const auto start = std::chrono::steady_clock::now();
  const Evaluation result = evaluate(loaded.model, dataset, options.evaluate,
                                     [](std::uint64_t) { throw_if_stop_requested(); });
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const std::unique_ptr<TextCodec> codec =
      load_checkpoint_codec(loaded.checkpoint, options.tokenizer);
  nlohmann::json object = {{"command", "evaluate"},
                           {"seconds", seconds.count()},
                           {"checkpoint", loaded.checkpoint.folder.string()},
                           {"step", loaded.checkpoint.state.step},
                           {"tokens", result.targets},
                           {"loss", result.loss()},
                           {"perplexity", result.perplexity()}};
  std::string per_byte;
  if (codec != nullptr) {
    const std::uint64_t bytes = target_text_bytes(dataset, options.evaluate, *codec);
    const double bits = result.loss_sum / std::numbers::ln2 / static_cast<double>(bytes);
    object["bytes"] = bytes;
    object["bits_per_byte"] = bits;
    per_byte = fmt::format(", {:.4f} bits per byte of {} bytes", bits, bytes);
  }
  if (options.common.json) {
    fmt::print("{}\n", object.dump());
  } else {
    fmt::print("loss {:.4f}, perplexity {:.2f}{}; {} tokens in {:.1f} s\n", result.loss(),
               result.perplexity(), per_byte, result.targets, seconds.count());
  }
  return ExitCode::kDone;
}

}  // namespace corpusmill
