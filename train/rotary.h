// Rotary position embeddings, rotate-half form (Su et al. 2021 as in Hugging Face's Llama):
// dimension i of a head turns with dimension i + head_dim / 2 by position * theta^(-2i / head_dim).
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace corpusmill {

// cos and sin, float32, [positions, 1, head_dim / 2].
struct RotaryAngles {
  torch::Tensor cos, sin;
  // Positions [first, first + count) of a larger table.
  RotaryAngles slice(std::int64_t first, std::int64_t count) const;
};

// Angles of positions 0 ... positions - 1. Computed in float32 as the reference does.
RotaryAngles rotary_angles(std::int64_t positions, std::int64_t head_dim, double theta,
                           torch::Device device);

// Queries and keys, rotated, and values, each [batch, positions, heads, head_dim], contiguous.
struct AttentionInputs {
  torch::Tensor queries, keys, values;
};

// Takes joined projections [batch, positions, (heads + 2 * kv_heads) * head_dim] apart and rotates
// the first two parts. Nothing of `joined` is kept for the backward pass.
AttentionInputs split_and_rotate(const torch::Tensor& joined, const RotaryAngles& angles,
                                 std::int64_t heads, std::int64_t kv_heads);

}  // namespace corpusmill
