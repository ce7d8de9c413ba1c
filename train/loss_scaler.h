// Dynamic loss scaling for fp16, the rule of PyTorch's GradScaler: the loss is multiplied by a
// scale so that small gradients do not vanish; a step whose gradients overflow is skipped and
// halves the scale; many good steps in a row double it. Nothing waits for the device.
//
//   scaler.scale(loss).backward();            each micro-step
//   scaler.unscale(gradients);                once per optimizer step
//   all-reduce scaler.found_inf() with MAX    with several ranks
//   optimizer.step(rate, scaler.found_inf());
//   scaler.update();
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace corpusmill {

struct LossScalerOptions {
  double initial_scale = 65536.0;
  double growth_factor = 2.0;
  double backoff_factor = 0.5;
  std::int64_t growth_interval = 2000;  // good steps in a row before the scale grows
};

// What a checkpoint stores.
struct LossScalerState {
  double scale = 0;
  std::int64_t growth_tracker = 0;  // good steps since the last change
  bool operator==(const LossScalerState&) const = default;
};

class LossScaler {
 public:
  explicit LossScaler(torch::Device device, const LossScalerOptions& options = {});

  torch::Tensor scale(const torch::Tensor& loss) const { return loss * scale_; }
  // Divides the gradients by the scale in place; found_inf becomes 1 if any is not finite, else 0.
  void unscale(const std::vector<torch::Tensor>& gradients);
  // Float32 scalar on the device.
  torch::Tensor& found_inf() { return found_inf_; }
  void update();

  LossScalerState state() const;  // waits for the device
  void restore(const LossScalerState& state);

 private:
  LossScalerOptions options_;
  torch::Tensor scale_;           // float32 scalar
  torch::Tensor growth_tracker_;  // int32 scalar
  torch::Tensor found_inf_;
};

}  // namespace corpusmill
