#include "train/train_options.h"

#include <algorithm>
#include <cmath>

#include "common/error.h"
#include "common/options.h"
#include "train/model_presets.h"

namespace corpusmill {
namespace {

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const ModelPreset& preset : model_presets()) names.emplace_back(preset.name);
  return names;
}

void add_data_options(CLI::App& app, TrainOptions& options) {
  app.add_option("--data,--data-path", options.data,
                 "Manifest PREFIX.json of the shards, or a bare .bin")
      ->required();
  app.add_option("--data-dtype", options.data_dtype, "Width of a bare .bin")
      ->check(CLI::IsMember({"uint16", "uint32"}));
  app.add_option("--tokenizer", options.tokenizer,
                 "Tokenizer to copy beside the checkpoints (default: found beside the manifest)");
  add_switch(app, "--verify", options.verify, "Check every digest of the data first");
  app.add_option("-o,--output,--out-dir,--save-dir", options.output,
                 "Folder for checkpoints and metrics.jsonl");
}

void add_model_options(CLI::App& app, ModelOptions& model) {
  app.add_option("--model", model.model, "Preset of sizes; the options below override it")
      ->check(CLI::IsMember(preset_names()));
  app.add_option("--vocab-size", model.vocab_size,
                 "Rows of the embedding (default: the data's vocabulary)");
  app.add_option("--hidden-size,--dim", model.hidden_size, "Width");
  app.add_option("--num-hidden-layers,--n-layers", model.num_hidden_layers, "Layers");
  app.add_option("--num-attention-heads,--n-heads", model.num_attention_heads, "Query heads");
  app.add_option("--num-key-value-heads,--n-kv-heads", model.num_key_value_heads,
                 "Key and value heads");
  app.add_option("--intermediate-size", model.intermediate_size,
                 "SwiGLU width (default: 8/3 of the width, up to a multiple of 64)");
  app.add_option("--max-position-embeddings", model.max_position_embeddings,
                 "Longest sequence the model states it can take");
  app.add_option("--rms-norm-eps", model.rms_norm_eps, "RMSNorm epsilon");
  app.add_option("--rope-theta", model.rope_theta, "Base of the rotary angles");
  app.add_option("--tie-word-embeddings", model.tie_word_embeddings,
                 "One matrix for embedding and output");
}

void add_loop_options(CLI::App& app, TrainOptions& options) {
  app.add_option("--epochs", options.epochs, "Passes over the data");
  app.add_option("--max-steps", options.max_steps,
                 "Optimizer steps at most (0: as the epochs hold)");
  app.add_option("--seq-len,--max-seq-len", options.seq_len, "Tokens in a window");
  app.add_option("--batch-size", options.batch_size, "Windows per micro-step and rank");
  app.add_option("--accumulation-steps", options.accumulation_steps,
                 "Micro-steps per optimizer step; batch-size times this is the global batch, "
                 "which the ranks share");
  app.add_option("--seed", options.seed, "Of the initial weights and the data order");
}

void add_optimizer_options(CLI::App& app, TrainOptions& options) {
  app.add_option("--learning-rate", options.learning_rate, "Peak learning rate");
  app.add_option("--min-lr-ratio", options.min_lr_ratio, "Last learning rate over the peak");
  app.add_option("--schedule", options.schedule, "Course of the learning rate")
      ->check(CLI::IsMember({"cosine", "linear", "constant"}));
  app.add_option("--warmup-steps,--warmup-iters", options.warmup_steps,
                 "Optimizer steps of linear warmup");
  app.add_option("--beta1", options.beta1, "AdamW");
  app.add_option("--beta2", options.beta2, "AdamW");
  app.add_option("--adam-eps", options.adam_eps, "AdamW");
  app.add_option("--weight-decay", options.weight_decay, "AdamW, on matrices only");
  add_switch(app, "--decay-all", options.decay_all, "Weight decay on norms too");
  app.add_option("--grad-clip", options.grad_clip, "Largest gradient norm (0: no clipping)");
}

void add_machine_options(CLI::App& app, TrainOptions& options) {
  app.add_option("--dtype,--precision", options.dtype, "Precision of the matrix products")
      ->check(CLI::IsMember({"auto", "float32", "bfloat16", "float16", "fp32", "bf16", "fp16"}));
  app.add_option("--device", options.device, "auto, cpu, cuda or cuda:N");
  app.add_option("--threads", options.threads, "CPU threads of this process (0: its share)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--peer-timeout-seconds", options.peer_timeout_seconds,
                 "A rank that does not answer for so long ends the run");
}

void add_interval_options(CLI::App& app, TrainOptions& options) {
  app.add_option("--log-steps,--log-interval", options.log_steps, "Steps between log lines");
  app.add_option("--eval-steps", options.eval_steps, "Steps between validations (0: at the end)");
  app.add_option("--eval-windows", options.eval_windows, "Validation windows at most (0: all)");
  app.add_option("--save-steps,--save-interval", options.save_steps,
                 "Steps between checkpoints (0: at the end)");
  app.add_option("--keep-checkpoints", options.keep_checkpoints, "Newest checkpoints to keep");
  app.add_option("--resume", options.resume,
                 "auto: from the newest valid checkpoint in the output; none; or a checkpoint");
  app.add_option_function<int>(
      "--from-resume",
      [&options](int from_resume) { options.resume = from_resume != 0 ? "auto" : "none"; },
      "MiniMind's name: 1 is --resume auto, 0 is --resume none");
  add_switch(app, "-q,--quiet", options.quiet, "No log lines");
  add_switch(app, "--json", options.json, "One JSON object on standard output at the end");
}

void require(bool holds, const std::string& message) {
  if (!holds) throw Error(ExitCode::kUsage, message);
}

}  // namespace

void TrainOptions::add_to(CLI::App& app) {
  add_data_options(app, *this);
  add_model_options(app, model);
  add_loop_options(app, *this);
  add_optimizer_options(app, *this);
  add_machine_options(app, *this);
  add_interval_options(app, *this);
}

void TrainOptions::validate() const {
  require(epochs > 0, "epochs must be at least 1");
  require(seq_len > 0, "seq_len must be at least 1");
  require(batch_size > 0, "batch_size must be at least 1");
  require(accumulation_steps > 0, "accumulation_steps must be at least 1");
  require(std::isfinite(learning_rate) && learning_rate > 0, "learning_rate must be above 0");
  require(min_lr_ratio >= 0 && min_lr_ratio <= 1, "min_lr_ratio must be between 0 and 1");
  require(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1,
          "beta1 and beta2 must be at least 0 and below 1");
  require(adam_eps > 0, "adam_eps must be above 0");
  require(weight_decay >= 0, "weight_decay must not be negative");
  require(grad_clip >= 0, "grad_clip must not be negative");
  require(log_steps > 0, "log_steps must be at least 1");
  require(keep_checkpoints > 0, "keep_checkpoints must be at least 1");
  require(peer_timeout_seconds > 0, "peer_timeout_seconds must be at least 1");
}

nlohmann::json TrainOptions::shaping_config(const std::string& resolved_dtype,
                                            std::uint64_t total_steps) const {
  return {{"seq_len", seq_len},
          {"global_batch", global_batch()},
          {"seed", seed},
          {"total_steps", total_steps},
          {"learning_rate", learning_rate},
          {"min_lr_ratio", min_lr_ratio},
          {"schedule", schedule},
          {"warmup_steps", warmup_steps},
          {"beta1", beta1},
          {"beta2", beta2},
          {"adam_eps", adam_eps},
          {"weight_decay", weight_decay},
          {"decay_all", decay_all},
          {"grad_clip", grad_clip},
          {"dtype", resolved_dtype}};
}

ModelConfig resolve_model(const ModelOptions& options, std::uint64_t data_vocabulary,
                          std::uint64_t seq_len) {
  ModelConfig config;
  if (!options.model.empty()) config = model_preset(options.model);
  config.vocab_size = options.vocab_size.value_or(static_cast<std::int64_t>(data_vocabulary));
  if (options.hidden_size) {
    config.hidden_size = *options.hidden_size;
    config.intermediate_size = (*options.hidden_size * 8 / 3 + 63) / 64 * 64;
  }
  const auto override_with = [](const auto& option, auto& value) {
    if (option) value = *option;
  };
  override_with(options.num_hidden_layers, config.num_hidden_layers);
  override_with(options.num_attention_heads, config.num_attention_heads);
  override_with(options.num_key_value_heads, config.num_key_value_heads);
  override_with(options.intermediate_size, config.intermediate_size);
  override_with(options.rms_norm_eps, config.rms_norm_eps);
  override_with(options.rope_theta, config.rope_theta);
  override_with(options.tie_word_embeddings, config.tie_word_embeddings);
  config.max_position_embeddings = options.max_position_embeddings.value_or(
      std::max(config.max_position_embeddings, static_cast<std::int64_t>(seq_len)));
  config.validate();
  return config;
}

}  // namespace corpusmill
