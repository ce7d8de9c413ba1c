// SwiGLU feed-forward: down(silu(gate(x)) * up(x)) (Shazeer 2020).
#pragma once

#include <torch/torch.h>

#include "train/model_config.h"
#include "train/working_weight.h"

namespace corpusmill {

// silu(gate) * up of joined halves [..., 2 * width] (gate first) -> [..., width]. Only `joined` is
// kept for the backward pass.
torch::Tensor swiglu(const torch::Tensor& joined);

class FeedForwardImpl : public torch::nn::Module {
 public:
  explicit FeedForwardImpl(const ModelConfig& config);
  // [batch, positions, hidden] -> the same; computes in the type of `hidden`.
  torch::Tensor forward(const torch::Tensor& hidden);

 private:
  Weight gate_proj_, up_proj_, down_proj_;
  WorkingWeight gate_up_, down_;
};
TORCH_MODULE(FeedForward);

}  // namespace corpusmill
