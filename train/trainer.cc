#include "train/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "common/error.h"
#include "common/stop_signal.h"

namespace corpusmill {
namespace {

// Below it fp16 training has failed: PyTorch's scaler would go on halving without a word.
constexpr double kLossScaleMin = 1.0;

Llama seeded_model(const TrainerOptions& options) {
  torch::manual_seed(options.seed);
  Llama model(options.model);
  model->to(options.device);
  model->set_compute_type(scalar_type(options.precision));
  return model;
}

NamedTensors named_parameters(const Llama& model) {
  NamedTensors parameters;
  for (const auto& item : model->named_parameters()) {
    parameters.emplace_back(item.key(), item.value());
  }
  return parameters;
}

[[noreturn]] void throw_non_finite(const std::string& what, double value, std::uint64_t step) {
  throw Error(ExitCode::kNonFinite,
              fmt::format("{} is {} at step {}; nothing was updated and the checkpoints before it "
                          "are good; a lower learning_rate, a longer warmup_steps or dtype = "
                          "\"float32\" may help",
                          what, value, step + 1));
}

}  // namespace

Trainer::Trainer(const TrainerOptions& options, const BatchPlan& plan, ProcessGroup& group)
    : options_(options),
      plan_(plan),
      group_(group),
      model_(seeded_model(options)),
      optimizer_(named_parameters(model_), options.optimizer),
      gradient_sync_(group, optimizer_.gradients()) {
  if (options_.precision == Precision::kFloat16) scaler_.emplace(options_.device);
}

torch::Tensor Trainer::rows_to_device(TokenBatch batch) const {
  const auto rows = static_cast<std::int64_t>(batch.rows);
  const auto row_ids = static_cast<std::int64_t>(options_.seq_len + 1);
  auto* owner = new std::vector<std::int64_t>(std::move(batch.ids));
  return torch::from_blob(
             owner->data(), {rows, row_ids}, [owner](void*) { delete owner; }, torch::kInt64)
      .to(options_.device);
}

double Trainer::accumulate_gradients(BatchLoader& loader) {
  optimizer_.zero_gradients();
  torch::Tensor loss = torch::zeros({}, torch::dtype(torch::kFloat64).device(options_.device));
  for (std::size_t i = 0; i < loader.batches_per_step(); ++i) {
    TokenBatch batch = loader.next();
    if (batch.step != steps_done_) throw std::logic_error("the loader is at another step");
    const double part = static_cast<double>(batch.rows) / static_cast<double>(plan_.global_batch());
    const torch::Tensor ids = rows_to_device(std::move(batch));
    const torch::Tensor weighted =
        model_->loss(ids.slice(1, 0, -1).contiguous(), ids.slice(1, 1).contiguous()) * part;
    (scaler_ ? scaler_->scale(weighted) : weighted).backward();
    loss += weighted.detach();
  }
  return loss.item<double>();
}

// Sums the loss and joins what the ranks must do alike; true if any of them was asked to stop.
bool Trainer::agree(double& loss, bool stop) {
  if (group_.world_size() == 1) return stop;
  const torch::Tensor sum = torch::tensor(loss, torch::kFloat64);
  group_.sum({sum}, fmt::format("the loss of step {}", steps_done_ + 1));
  loss = sum.item<double>();
  torch::Tensor flags = torch::tensor({stop ? 1.0F : 0.0F, 0.0F});
  if (scaler_) flags[1] = scaler_->found_inf().to(torch::kCPU);
  group_.maximum(flags, fmt::format("the flags of step {}", steps_done_ + 1));
  if (scaler_) scaler_->found_inf().copy_(flags[1]);
  return flags[0].item<float>() != 0;
}

StepOutcome Trainer::step(BatchLoader& loader) {
  StepOutcome outcome;
  StepMetrics& metrics = outcome.metrics;
  metrics.epoch = plan_.epoch_of(steps_done_);
  metrics.loss = accumulate_gradients(loader);
  if (scaler_) {
    metrics.loss_scale = scaler_->state().scale;
    scaler_->unscale(optimizer_.gradients());
  }
  outcome.stop_requested = agree(metrics.loss, stop_requested());
  if (!std::isfinite(metrics.loss)) throw_non_finite("the loss", metrics.loss, steps_done_);
  gradient_sync_.exchange();
  metrics.grad_norm = optimizer_.clip_gradients(options_.grad_clip).item<double>();
  metrics.skipped = scaler_ && scaler_->found_inf().item<float>() != 0;
  if (!metrics.skipped && !std::isfinite(metrics.grad_norm)) {
    throw_non_finite("the gradient norm", metrics.grad_norm, steps_done_);
  }
  metrics.lr = learning_rate_at(static_cast<std::int64_t>(steps_done_), options_.schedule);
  optimizer_.step(metrics.lr, scaler_ ? scaler_->found_inf() : torch::Tensor());
  if (scaler_) {
    scaler_->update();
    if (metrics.skipped && scaler_->state().scale < kLossScaleMin) {
      throw_non_finite("the gradient, at the smallest loss scale,", metrics.grad_norm, steps_done_);
    }
  }
  ++steps_done_;
  metrics.step = steps_done_;
  metrics.tokens = tokens_seen();
  return outcome;
}

ValidationResult Trainer::validate(const TokenDataset& dataset, std::uint64_t windows) {
  torch::NoGradGuard no_grad;
  const auto rank = static_cast<std::uint64_t>(group_.rank());
  const auto ranks = static_cast<std::uint64_t>(group_.world_size());
  const std::uint64_t first = windows * rank / ranks;
  const std::uint64_t last = windows * (rank + 1) / ranks;
  const std::size_t row_ids = options_.seq_len + 1;
  double sum = 0;
  for (const BatchSlice& piece : micro_batches({first, last - first}, options_.micro_batch)) {
    TokenBatch batch{0, piece.count, std::vector<std::int64_t>(piece.count * row_ids)};
    for (std::uint64_t row = 0; row < piece.count; ++row) {
      dataset.copy_window(piece.first + row, std::span(batch.ids).subspan(row * row_ids, row_ids));
    }
    const torch::Tensor ids = rows_to_device(std::move(batch));
    sum += model_->losses(ids.slice(1, 0, -1).contiguous(), ids.slice(1, 1).contiguous())
               .sum(torch::kFloat64)
               .item<double>();
  }
  const torch::Tensor total = torch::tensor(sum, torch::kFloat64);
  group_.sum({total}, "the validation");
  const std::uint64_t tokens = windows * options_.seq_len;
  return {total.item<double>() / static_cast<double>(tokens), tokens};
}

std::optional<LossScalerState> Trainer::scaler_state() const {
  if (!scaler_) return std::nullopt;
  return scaler_->state();
}

void Trainer::restore(std::uint64_t steps_done, const std::optional<LossScalerState>& scaler) {
  steps_done_ = steps_done;
  if (scaler_ && scaler) scaler_->restore(*scaler);
}

}  // namespace corpusmill
