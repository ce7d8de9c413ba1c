#include "train/llama.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/error.h"
#include "train/feed_forward.h"

namespace corpusmill {
namespace {

constexpr std::int64_t kAnglePositionsMin = 512;
constexpr std::int64_t kIgnoredTarget = -100;

}  // namespace

// hidden + attention(norm(hidden)), then + feed_forward(norm(hidden)).
class LlamaLayerImpl : public torch::nn::Module {
 public:
  explicit LlamaLayerImpl(const ModelConfig& config)
      : hidden_size_(config.hidden_size),
        epsilon_(config.rms_norm_eps),
        input_layernorm_(
            register_module("input_layernorm", Weight(torch::IntArrayRef{config.hidden_size}))),
        self_attn_(register_module("self_attn", Attention(config))),
        post_attention_layernorm_(register_module("post_attention_layernorm",
                                                  Weight(torch::IntArrayRef{config.hidden_size}))),
        mlp_(register_module("mlp", FeedForward(config))),
        attention_norm_({input_layernorm_->weight}),
        feed_forward_norm_({post_attention_layernorm_->weight}) {}

  torch::Tensor forward(const torch::Tensor& input, const RotaryAngles& angles, LayerCache* cache) {
    const torch::Tensor hidden =
        input + self_attn_->forward(normalized(input, attention_norm_), angles, cache);
    return hidden + mlp_->forward(normalized(hidden, feed_forward_norm_));
  }

 private:
  torch::Tensor normalized(const torch::Tensor& hidden, WorkingWeight& weight) const {
    return at::rms_norm(hidden, {hidden_size_}, weight.in(hidden.scalar_type()), epsilon_);
  }

  std::int64_t hidden_size_;
  double epsilon_;
  Weight input_layernorm_;
  Attention self_attn_;
  Weight post_attention_layernorm_;
  FeedForward mlp_;
  WorkingWeight attention_norm_, feed_forward_norm_;
};

LlamaImpl::LlamaImpl(const ModelConfig& config) : config_(config) {
  config_.validate();
  auto model = register_module("model", std::make_shared<torch::nn::Module>());
  embed_tokens_ = model->register_module(
      "embed_tokens", Weight(torch::IntArrayRef{config_.vocab_size, config_.hidden_size}));
  auto layers = model->register_module("layers", std::make_shared<torch::nn::Module>());
  for (std::int64_t i = 0; i < config_.num_hidden_layers; ++i) {
    layers_.push_back(
        layers->register_module(std::to_string(i), std::make_shared<LlamaLayerImpl>(config_)));
  }
  norm_ = model->register_module("norm", Weight(torch::IntArrayRef{config_.hidden_size}));
  if (!config_.tie_word_embeddings) {
    lm_head_ = register_module("lm_head",
                               Weight(torch::IntArrayRef{config_.vocab_size, config_.hidden_size}));
  }
  embedding_.emplace_back(std::vector{embed_tokens_->weight});
  final_norm_.emplace_back(std::vector{norm_->weight});
  if (lm_head_) output_.emplace_back(std::vector{lm_head_->weight});
}

RotaryAngles LlamaImpl::angles(std::int64_t first, std::int64_t count, torch::Device device) {
  const std::int64_t end = first + count;
  if (end > config_.max_position_embeddings) {
    throw Error(ExitCode::kUsage,
                fmt::format("{} positions are more than the model's max_position_embeddings = {}",
                            end, config_.max_position_embeddings));
  }
  if (!table_.cos.defined() || table_.cos.size(0) < end || table_.cos.device() != device) {
    const std::int64_t positions =
        std::min(std::max(kAnglePositionsMin, 2 * end), config_.max_position_embeddings);
    table_ = rotary_angles(positions, config_.head_dim(), config_.rope_theta, device);
  }
  return table_.slice(first, count);
}

torch::Tensor LlamaImpl::hidden_states(const torch::Tensor& ids, KvCache* cache) {
  if (cache != nullptr) cache->layers.resize(layers_.size());
  const std::int64_t first = cache == nullptr ? 0 : cache->positions();
  const RotaryAngles positions = angles(first, ids.size(1), ids.device());
  torch::Tensor hidden = torch::embedding(embedding_[0].in(compute_type_), ids);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    LayerCache* layer_cache = cache == nullptr ? nullptr : &cache->layers[i];
    hidden = layers_[i]->forward(hidden, positions, layer_cache);
  }
  return at::rms_norm(hidden, {config_.hidden_size}, final_norm_[0].in(compute_type_),
                      config_.rms_norm_eps);
}

torch::Tensor LlamaImpl::forward(const torch::Tensor& ids, KvCache* cache) {
  WorkingWeight& output = lm_head_ ? output_[0] : embedding_[0];
  return torch::linear(hidden_states(ids, cache), output.in(compute_type_));
}

torch::Tensor LlamaImpl::cross_entropy(const torch::Tensor& ids, const torch::Tensor& targets,
                                       at::Reduction::Reduction reduction) {
  const torch::Tensor logits = forward(ids).flatten(0, 1).to(torch::kFloat32);
  const torch::Tensor flat = targets.flatten();
  return at::cross_entropy_loss(logits, flat.masked_fill(flat < 0, kIgnoredTarget), {}, reduction,
                                kIgnoredTarget);
}

torch::Tensor LlamaImpl::loss(const torch::Tensor& ids, const torch::Tensor& targets) {
  return cross_entropy(ids, targets, at::Reduction::Mean);
}

torch::Tensor LlamaImpl::losses(const torch::Tensor& ids, const torch::Tensor& targets) {
  return cross_entropy(ids, targets, at::Reduction::None).view_as(targets);
}

}  // namespace corpusmill
