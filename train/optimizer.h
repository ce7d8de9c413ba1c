// AdamW by LibTorch's fused kernels, and clipping that does not wait for the device.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "train/safetensors.h"

namespace corpusmill {

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;
  double weight_decay = 0.1;
  bool decay_all = false;  // norms too, as MiniMind does; else matrices alone
};

class AdamW {
 public:
  // Parameters are updated in place and must outlive this. Gradient buffers are made at once and
  // kept, so that their addresses never change.
  AdamW(NamedTensors parameters, const AdamWOptions& options);

  // Sets every gradient to 0.
  void zero_gradients();

  // Multiplies all gradients by min(1, norm_max / (norm + 1e-6)), norm being the 2-norm over all of
  // them (torch.nn.utils.clip_grad_norm_), and returns that norm as a device scalar, not waited
  // for. A norm_max of 0 only measures. A norm that is not finite makes the gradients so too.
  torch::Tensor clip_gradients(double norm_max);

  // One update. With found_inf (float32 device scalar, LossScaler's) at 1 nothing changes.
  void step(double learning_rate, const torch::Tensor& found_inf = {});

  // In the order of the parameters.
  const std::vector<torch::Tensor>& gradients() const { return gradients_; }
  const NamedTensors& parameters() const { return parameters_; }

  // What a checkpoint stores, by name: "step" (float32 scalar), then "exp_avg.<parameter>" and
  // "exp_avg_sq.<parameter>". Restore by copying into these.
  NamedTensors state() const;

 private:
  struct Group {
    std::vector<torch::Tensor> parameters, gradients, averages, squares;
    double weight_decay = 0;
  };

  AdamWOptions options_;
  NamedTensors parameters_;
  std::vector<torch::Tensor> gradients_;
  std::vector<torch::Tensor> averages_, squares_;
  std::vector<Group> groups_;
  torch::Tensor steps_;  // updates made, float32 scalar on the device
};

}  // namespace corpusmill
