// Grouped-query attention with rotary positions, causal, through scaled dot-product attention.
#pragma once

#include <torch/torch.h>

#include "train/model_config.h"
#include "train/rotary.h"
#include "train/working_weight.h"

namespace corpusmill {

// One layer's keys and values so far, [batch, kv_heads, capacity, head_dim]; the first `positions`
// are filled. Grows by doubling.
class LayerCache {
 public:
  std::int64_t positions() const { return positions_; }
  // Appends [batch, kv_heads, count, head_dim] each.
  void append(const torch::Tensor& keys, const torch::Tensor& values);
  torch::Tensor keys() const { return keys_.narrow(2, 0, positions_); }
  torch::Tensor values() const { return values_.narrow(2, 0, positions_); }

 private:
  torch::Tensor keys_, values_;
  std::int64_t positions_ = 0;
};

class AttentionImpl : public torch::nn::Module {
 public:
  explicit AttentionImpl(const ModelConfig& config);
  // [batch, positions, hidden] -> the same; computes in the type of `hidden`. `angles` are those of
  // exactly these positions. With a cache, the positions follow those in it, and it grows.
  torch::Tensor forward(const torch::Tensor& hidden, const RotaryAngles& angles, LayerCache* cache);

 private:
  std::int64_t heads_, kv_heads_;
  Weight q_proj_, k_proj_, v_proj_, o_proj_;
  WorkingWeight joined_, output_;
};
TORCH_MODULE(Attention);

}  // namespace corpusmill
