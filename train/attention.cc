#include "train/attention.h"

#include <algorithm>

namespace corpusmill {
namespace {

constexpr std::int64_t kCachePositionsMin = 64;

// Attention of the last positions of `keys` to all up to themselves: [batch, heads, count,
// head_dim].
torch::Tensor attend(const torch::Tensor& queries, const torch::Tensor& keys,
                     const torch::Tensor& values) {
  const std::int64_t count = queries.size(2), total = keys.size(2);
  const bool grouped = queries.size(1) != keys.size(1);
  std::optional<torch::Tensor> mask;
  if (count > 1 && count < total) {
    mask = torch::ones({count, total}, queries.options().dtype(torch::kBool)).tril(total - count);
  }
  return at::scaled_dot_product_attention(queries, keys, values, mask, /*dropout_p=*/0.0,
                                          /*is_causal=*/count == total && count > 1,
                                          /*scale=*/std::nullopt, /*enable_gqa=*/grouped);
}

void append_to(torch::Tensor& store, std::int64_t positions, const torch::Tensor& added) {
  const std::int64_t needed = positions + added.size(2);
  if (!store.defined() || store.size(2) < needed) {
    const std::int64_t capacity = std::max(kCachePositionsMin, 2 * needed);
    torch::Tensor larger =
        torch::empty({added.size(0), added.size(1), capacity, added.size(3)}, added.options());
    if (positions > 0) larger.narrow(2, 0, positions).copy_(store.narrow(2, 0, positions));
    store = std::move(larger);
  }
  store.narrow(2, positions, added.size(2)).copy_(added);
}

}  // namespace

void LayerCache::append(const torch::Tensor& keys, const torch::Tensor& values) {
  append_to(keys_, positions_, keys);
  append_to(values_, positions_, values);
  positions_ += keys.size(2);
}

AttentionImpl::AttentionImpl(const ModelConfig& config)
    : heads_(config.num_attention_heads),
      kv_heads_(config.num_key_value_heads),
      q_proj_(register_module(
          "q_proj", Weight(torch::IntArrayRef{heads_ * config.head_dim(), config.hidden_size}))),
      k_proj_(register_module(
          "k_proj", Weight(torch::IntArrayRef{kv_heads_ * config.head_dim(), config.hidden_size}))),
      v_proj_(register_module(
          "v_proj", Weight(torch::IntArrayRef{kv_heads_ * config.head_dim(), config.hidden_size}))),
      o_proj_(register_module(
          "o_proj", Weight(torch::IntArrayRef{config.hidden_size, heads_ * config.head_dim()}))),
      joined_({q_proj_->weight, k_proj_->weight, v_proj_->weight}),
      output_({o_proj_->weight}) {}

torch::Tensor AttentionImpl::forward(const torch::Tensor& hidden, const RotaryAngles& angles,
                                     LayerCache* cache) {
  const torch::ScalarType type = hidden.scalar_type();
  const AttentionInputs inputs =
      split_and_rotate(torch::linear(hidden, joined_.in(type)), angles, heads_, kv_heads_);
  const torch::Tensor queries = inputs.queries.transpose(1, 2);
  torch::Tensor keys = inputs.keys.transpose(1, 2), values = inputs.values.transpose(1, 2);
  if (cache != nullptr) {
    cache->append(keys, values);
    keys = cache->keys();
    values = cache->values();
  }
  return torch::linear(attend(queries, keys, values).transpose(1, 2).flatten(2), output_.in(type));
}

}  // namespace corpusmill
