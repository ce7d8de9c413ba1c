#include "train/optimizer.h"

namespace corpusmill {

AdamW::AdamW(NamedTensors parameters, const AdamWOptions& options)
    : options_(options), parameters_(std::move(parameters)) {
  const torch::NoGradGuard no_grad;
  Group decayed, plain;
  decayed.weight_decay = options_.weight_decay;
  for (auto& [name, parameter] : parameters_) {
    parameter.mutable_grad() = torch::zeros_like(parameter);
    gradients_.push_back(parameter.grad());
    averages_.push_back(torch::zeros_like(parameter));
    squares_.push_back(torch::zeros_like(parameter));
    Group& group = options_.decay_all || parameter.dim() > 1 ? decayed : plain;
    group.parameters.push_back(parameter);
    group.gradients.push_back(gradients_.back());
    group.averages.push_back(averages_.back());
    group.squares.push_back(squares_.back());
  }
  if (!decayed.parameters.empty()) groups_.push_back(std::move(decayed));
  if (!plain.parameters.empty()) groups_.push_back(std::move(plain));
  steps_ = torch::zeros({}, torch::dtype(torch::kFloat32).device(gradients_.at(0).device()));
}

void AdamW::zero_gradients() {
  const torch::NoGradGuard no_grad;
  at::_foreach_zero_(gradients_);
}

torch::Tensor AdamW::clip_gradients(double norm_max) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor norm = torch::stack(at::_foreach_norm(gradients_, 2)).norm();
  if (norm_max > 0) {
    at::_foreach_mul_(gradients_, torch::clamp_max(norm_max / (norm + 1e-6), 1.0));
  }
  return norm;
}

void AdamW::step(double learning_rate, const torch::Tensor& found_inf) {
  const torch::NoGradGuard no_grad;
  std::optional<torch::Tensor> skipped;
  if (found_inf.defined()) {
    skipped = found_inf;
    steps_.add_(1 - found_inf);
  } else {
    steps_.add_(1);
  }
  for (const Group& group : groups_) {
    const std::vector<torch::Tensor> steps(group.parameters.size(), steps_);
    at::_fused_adamw_(group.parameters, group.gradients, group.averages, group.squares,
                      /*max_exp_avg_sqs=*/{}, steps, learning_rate, options_.beta1, options_.beta2,
                      group.weight_decay, options_.epsilon, /*amsgrad=*/false, /*maximize=*/false,
                      /*grad_scale=*/{}, skipped);
  }
  // The fused kernels change parameters without moving their version counters, by which
  // WorkingWeight knows that its copy is out of date.
  for (const auto& [name, parameter] : parameters_) {
    parameter.unsafeGetTensorImpl()->bump_version();
  }
}

NamedTensors AdamW::state() const {
  NamedTensors result{{"step", steps_}};
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    result.emplace_back("exp_avg." + parameters_[i].first, averages_[i]);
    result.emplace_back("exp_avg_sq." + parameters_[i].first, squares_[i]);
  }
  return result;
}

}  // namespace corpusmill
