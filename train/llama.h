// A dense Llama: RMSNorm, rotary embeddings (rotate-half), grouped-query attention through SDPA,
// SwiGLU, tied embeddings. Parameter names are Hugging Face's (`model.layers.0.self_attn.q_proj.
// weight`, ...; no `lm_head.weight` when tied), so that a checkpoint is an HF model file.
//
// Parameters are float32 always. set_compute_type() picks what activations and products are in;
// gradients arrive in float32. Parameters must be changed in place (optimizer, copy_), never by
// swapping their storage (docs/training.md, "Numerics").
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "train/attention.h"
#include "train/model_config.h"
#include "train/rotary.h"
#include "train/working_weight.h"

namespace corpusmill {

// Keys and values of the positions seen so far. For use under torch::NoGradGuard.
struct KvCache {
  std::vector<LayerCache> layers;
  std::int64_t positions() const { return layers.empty() ? 0 : layers.front().positions(); }
};

class LlamaLayerImpl;

class LlamaImpl : public torch::nn::Module {
 public:
  // Weights N(0, 0.02), norms 1, from LibTorch's default generator: seed it before. On the CPU;
  // move with to(device). Throws Error(kUsage) for a config that contradicts itself.
  explicit LlamaImpl(const ModelConfig& config);

  // kFloat32 (at first), kBFloat16 or kHalf.
  void set_compute_type(torch::ScalarType type) { compute_type_ = type; }

  // ids [batch, positions] int64 -> logits [batch, positions, vocab_size] in the compute type. With
  // a cache, `ids` are the positions after the cached ones, and the cache grows. More positions
  // than max_position_embeddings: Error(kUsage). Ids must be below vocab_size: the caller checks.
  torch::Tensor forward(const torch::Tensor& ids, KvCache* cache = nullptr);

  // Mean cross-entropy of `targets` [batch, positions] (int64; negative: not counted), float32
  // scalar. NaN if no target counts.
  torch::Tensor loss(const torch::Tensor& ids, const torch::Tensor& targets);

  // Cross-entropy of each target, float32 [batch, positions], 0 where it does not count. For sums
  // over batches of unequal counts.
  torch::Tensor losses(const torch::Tensor& ids, const torch::Tensor& targets);

  const ModelConfig& config() const { return config_; }

 private:
  RotaryAngles angles(std::int64_t first, std::int64_t count, torch::Device device);
  torch::Tensor hidden_states(const torch::Tensor& ids, KvCache* cache);
  torch::Tensor cross_entropy(const torch::Tensor& ids, const torch::Tensor& targets,
                              at::Reduction::Reduction reduction);

  ModelConfig config_;
  torch::ScalarType compute_type_ = torch::kFloat32;
  Weight embed_tokens_{nullptr}, norm_{nullptr}, lm_head_{nullptr};
  std::vector<std::shared_ptr<LlamaLayerImpl>> layers_;
  std::vector<WorkingWeight> embedding_, final_norm_, output_;  // one each, made after the modules
  RotaryAngles table_;
};
TORCH_MODULE(Llama);

}  // namespace corpusmill
