// Model, optimizer and loss scaler, and the one optimizer step that the loop repeats.
//
// The loss of a step is the mean over the windows of its global batch, whatever the ranks and the
// micro-batches: each micro-batch counts by its part of the global batch, and ranks are summed.
// A step whose loss or gradient is not finite changes nothing and throws Error(kNonFinite).
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <optional>

#include "train/batch_loader.h"
#include "train/gradient_sync.h"
#include "train/llama.h"
#include "train/loss_scaler.h"
#include "train/lr_schedule.h"
#include "train/metrics_log.h"
#include "train/optimizer.h"
#include "train/precision.h"
#include "train/process_group.h"

namespace corpusmill {

struct TrainerOptions {
  ModelConfig model;
  AdamWOptions optimizer;
  LrSchedule schedule;
  double grad_clip = 1.0;  // 0: off
  Precision precision = Precision::kFloat32;
  torch::Device device = torch::kCPU;
  std::uint64_t seed = 42;
  std::uint64_t seq_len = 0;
  std::uint64_t micro_batch = 0;
};

struct StepOutcome {
  StepMetrics metrics;
  bool stop_requested = false;  // by a signal to any rank; the same answer on all
};

struct ValidationResult {
  double loss = 0;  // mean over the targets
  std::uint64_t tokens = 0;
};

class Trainer {
 public:
  // Initial weights are a pure function of the seed: the same on every rank. `group` outlives this.
  Trainer(const TrainerOptions& options, const BatchPlan& plan, ProcessGroup& group);

  // Optimizer steps done, and target tokens seen in them.
  std::uint64_t steps_done() const { return steps_done_; }
  std::uint64_t tokens_seen() const {
    return steps_done_ * plan_.global_batch() * options_.seq_len;
  }

  // One optimizer step. `loader` stands at steps_done().
  StepOutcome step(BatchLoader& loader);

  // Over the first `windows` windows of `dataset` (all ranks together, at least one window).
  ValidationResult validate(const TokenDataset& dataset, std::uint64_t windows);

  // For checkpoints: these tensors, the scaler's state and the step are all there is.
  const NamedTensors& parameters() const { return optimizer_.parameters(); }
  NamedTensors optimizer_state() const { return optimizer_.state(); }
  std::optional<LossScalerState> scaler_state() const;
  void restore(std::uint64_t steps_done, const std::optional<LossScalerState>& scaler);

 private:
  double accumulate_gradients(BatchLoader& loader);
  bool agree(double& loss, bool stop);
  torch::Tensor rows_to_device(TokenBatch batch) const;

  TrainerOptions options_;
  BatchPlan plan_;
  ProcessGroup& group_;
  Llama model_;
  AdamW optimizer_;
  GradientSync gradient_sync_;
  std::optional<LossScaler> scaler_;
  std::uint64_t steps_done_ = 0;
};

}  // namespace corpusmill
