// The shape of a dense Llama. The names are Hugging Face's, so that config files read alike.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace corpusmill {

struct ModelConfig {
  std::int64_t vocab_size = 6400;
  std::int64_t hidden_size = 512;
  std::int64_t num_hidden_layers = 8;
  std::int64_t num_attention_heads = 8;
  std::int64_t num_key_value_heads = 2;
  std::int64_t intermediate_size = 1408;
  std::int64_t max_position_embeddings = 2048;
  double rms_norm_eps = 1e-5;
  double rope_theta = 1e6;
  bool tie_word_embeddings = true;

  std::int64_t head_dim() const { return hidden_size / num_attention_heads; }
  // Trainable parameters; tied embeddings counted once.
  std::int64_t parameter_count() const;
  // Floating-point operations of forward and backward per trained token: 6 per parameter that takes
  // part in a product (the embedding counts once, as the output layer), and 12 * layers * hidden *
  // positions for attention (the convention that does not halve for the causal mask).
  double flops_per_token(std::int64_t positions) const;
  // Throws Error(kUsage) naming the first contradiction.
  void validate() const;

  // Exactly the fields above under their names.
  nlohmann::json to_json() const;
  // Every field must be there, and no other: Error(kMismatch) names the key. Validated.
  static ModelConfig from_json(const nlohmann::json& json);
  bool operator==(const ModelConfig&) const = default;
};

}  // namespace corpusmill
