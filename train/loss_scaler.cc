#include "train/loss_scaler.h"

#include <torch/torch.h>

namespace corpusmill {

LossScaler::LossScaler(torch::Device device, const LossScalerOptions& options)
    : options_(options),
      scale_(torch::full({}, options.initial_scale, torch::dtype(torch::kFloat32).device(device))),
      growth_tracker_(torch::zeros({}, torch::dtype(torch::kInt32).device(device))),
      found_inf_(torch::zeros({}, torch::dtype(torch::kFloat32).device(device))) {}

void LossScaler::unscale(const std::vector<torch::Tensor>& gradients) {
  const torch::NoGradGuard no_grad;
  found_inf_.zero_();
  // The reciprocal in double, rounded once, as GradScaler takes it.
  const torch::Tensor inverse = scale_.to(torch::kFloat64).reciprocal().to(torch::kFloat32);
  at::_amp_foreach_non_finite_check_and_unscale_(gradients, found_inf_, inverse);
}

void LossScaler::update() {
  const torch::NoGradGuard no_grad;
  at::_amp_update_scale_(scale_, growth_tracker_, found_inf_, options_.growth_factor,
                         options_.backoff_factor, options_.growth_interval);
}

LossScalerState LossScaler::state() const {
  return {scale_.item<double>(), growth_tracker_.item<std::int64_t>()};
}

void LossScaler::restore(const LossScalerState& state) {
  scale_.fill_(state.scale);
  growth_tracker_.fill_(state.growth_tracker);
}

}  // namespace corpusmill
