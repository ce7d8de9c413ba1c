// A dense Llama: RMSNorm, rotary embeddings (rotate-half), grouped-query attention through SDPA,
// SwiGLU, tied embeddings. Parameter names are Hugging Face's (`model.layers.0.self_attn.q_proj.
// weight`, ...; no `lm_head.weight` when tied), so that a checkpoint is an HF model file.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "train/model_config.h"

namespace corpusmill {

// Keys and values of the positions seen so far, per layer: [batch, kv_heads, positions, head_dim].
struct KvCache {
  std::vector<torch::Tensor> keys, values;
  std::int64_t positions = 0;
};

class LlamaImpl : public torch::nn::Module {
 public:
  // Weights N(0, 0.02), norms 1, from LibTorch's default generator: seed it before.
  explicit LlamaImpl(const ModelConfig& config);

  // ids [batch, positions] int64 -> logits [batch, positions, vocab_size]. With a cache, `ids` are
  // the positions after the cached ones, and the cache grows.
  torch::Tensor forward(const torch::Tensor& ids, KvCache* cache = nullptr);

  // Mean cross-entropy of `targets` [batch, positions] (int64; negative: not counted) in float32.
  torch::Tensor loss(const torch::Tensor& ids, const torch::Tensor& targets);

  const ModelConfig& config() const { return config_; }

 private:
  ModelConfig config_;
  // The owner of llama.cc adds modules here.
};
TORCH_MODULE(Llama);

}  // namespace corpusmill
