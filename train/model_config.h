// The shape of a dense Llama. The names are Hugging Face's, so that config files read alike.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

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
  // Throws Error(kUsage) naming the first contradiction.
  void validate() const;

  nlohmann::json to_json() const;
  static ModelConfig from_json(const nlohmann::json& json);
  bool operator==(const ModelConfig&) const = default;
};

}  // namespace corpusmill
