// Every knob of `corpusmill pretrain`, once. Flags and config keys are the members' names;
// MiniMind's names are aliases (docs/training.md).
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "train/model_config.h"

namespace corpusmill {

// A value left empty comes from the preset `model`, or from the data (vocab_size).
struct ModelOptions {
  std::string model;
  std::optional<std::int64_t> vocab_size, hidden_size, num_hidden_layers, num_attention_heads,
      num_key_value_heads, intermediate_size, max_position_embeddings;
  std::optional<double> rms_norm_eps, rope_theta;
  std::optional<bool> tie_word_embeddings;
};

struct TrainOptions {
  std::string data;                   // a manifest, or a bare .bin
  std::string data_dtype = "uint16";  // of a bare .bin
  std::string tokenizer;  // to copy beside the checkpoints; by default the one beside the manifest
  bool verify = false;    // read every digest of the data before the first step
  std::string output = "out";
  ModelOptions model;

  std::uint64_t epochs = 1;
  std::uint64_t max_steps = 0;  // 0: as many as the epochs hold
  std::uint64_t seq_len = 512;
  std::uint64_t batch_size = 32;         // windows per micro-step and rank
  std::uint64_t accumulation_steps = 1;  // micro-steps per optimizer step, on one rank
  std::uint64_t seed = 42;

  double learning_rate = 5e-4;
  double min_lr_ratio = 0.1;  // of learning_rate, at the end
  std::string schedule = "cosine";
  std::uint64_t warmup_steps = 0;
  double beta1 = 0.9, beta2 = 0.95, adam_eps = 1e-8, weight_decay = 0.1;
  bool decay_all = false;  // also norms, as MiniMind does
  double grad_clip = 1.0;  // 0: off

  std::string dtype = "auto";   // float32, bfloat16, float16; auto: bfloat16 on CUDA, else float32
  std::string device = "auto";  // cpu, cuda; auto: cuda where there is one
  int threads = 0;              // 0: the cores, shared by the ranks of this machine

  std::uint64_t log_steps = 10;
  std::uint64_t eval_steps = 500;    // 0: at the end only
  std::uint64_t eval_windows = 512;  // at most; 0: all
  std::uint64_t save_steps = 500;    // 0: at the end only
  std::uint64_t keep_checkpoints = 3;
  std::string resume = "auto";  // auto, none, or a checkpoint's folder
  std::uint64_t peer_timeout_seconds = 120;
  bool quiet = false;
  bool json = false;

  void add_to(CLI::App& app);

  // Windows in one optimizer step, over all ranks: it does not depend on their number.
  std::uint64_t global_batch() const { return batch_size * accumulation_steps; }

  // Throws Error(kUsage) naming the first value out of range.
  void validate() const;

  // What shapes the result and must not change between a run and its continuation. dtype and the
  // total of steps are the resolved ones.
  nlohmann::json shaping_config(const std::string& resolved_dtype, std::uint64_t total_steps) const;
};

// Preset, then the options given, then what follows from them: the vocabulary is the data's, and a
// width without an intermediate_size gets 8/3 of it, rounded up to a multiple of 64. Throws
// Error(kUsage).
ModelConfig resolve_model(const ModelOptions& options, std::uint64_t data_vocabulary,
                          std::uint64_t seq_len);

}  // namespace corpusmill
