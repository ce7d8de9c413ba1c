#include "train/model_config.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "common/error.h"

namespace corpusmill {
namespace {

// One place that lists the fields: visit(key, member) for each.
template <class Config, class Visit>
void for_each_field(Config& config, Visit&& visit) {
  visit("vocab_size", config.vocab_size);
  visit("hidden_size", config.hidden_size);
  visit("num_hidden_layers", config.num_hidden_layers);
  visit("num_attention_heads", config.num_attention_heads);
  visit("num_key_value_heads", config.num_key_value_heads);
  visit("intermediate_size", config.intermediate_size);
  visit("max_position_embeddings", config.max_position_embeddings);
  visit("rms_norm_eps", config.rms_norm_eps);
  visit("rope_theta", config.rope_theta);
  visit("tie_word_embeddings", config.tie_word_embeddings);
}

void require(bool holds, const std::string& message) {
  if (!holds) throw Error(ExitCode::kUsage, "model config: " + message);
}

}  // namespace

std::int64_t ModelConfig::parameter_count() const {
  const std::int64_t key_value_size = num_key_value_heads * head_dim();
  const std::int64_t attention = 2 * hidden_size * hidden_size + 2 * hidden_size * key_value_size;
  const std::int64_t feed_forward = 3 * hidden_size * intermediate_size;
  const std::int64_t layer = attention + feed_forward + 2 * hidden_size;
  const std::int64_t embeddings = vocab_size * hidden_size * (tie_word_embeddings ? 1 : 2);
  return embeddings + num_hidden_layers * layer + hidden_size;
}

double ModelConfig::flops_per_token(std::int64_t positions) const {
  std::int64_t parameters = parameter_count();
  if (!tie_word_embeddings) parameters -= vocab_size * hidden_size;
  return 6.0 * static_cast<double>(parameters) +
         12.0 * static_cast<double>(num_hidden_layers * hidden_size * positions);
}

void ModelConfig::validate() const {
  // Far above any model that fits a machine; keeps products of two sizes inside int64.
  static constexpr std::int64_t kSizeMax = 1 << 30;
  for_each_field(*this, [](const char* key, const auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::int64_t>) {
      require(value >= 1 && value <= kSizeMax,
              fmt::format("{} = {} is not between 1 and {}", key, value, kSizeMax));
    }
  });
  require(hidden_size % num_attention_heads == 0,
          fmt::format("hidden_size = {} is not a multiple of num_attention_heads = {}", hidden_size,
                      num_attention_heads));
  require(head_dim() % 2 == 0,
          fmt::format("hidden_size / num_attention_heads = {} is odd; rotary embeddings turn pairs",
                      head_dim()));
  require(num_attention_heads % num_key_value_heads == 0,
          fmt::format("num_attention_heads = {} is not a multiple of num_key_value_heads = {}",
                      num_attention_heads, num_key_value_heads));
  require(rms_norm_eps > 0 && rms_norm_eps < 1,
          fmt::format("rms_norm_eps = {} is not between 0 and 1", rms_norm_eps));
  require(rope_theta > 1, fmt::format("rope_theta = {} is not above 1", rope_theta));
}

nlohmann::json ModelConfig::to_json() const {
  nlohmann::json json = nlohmann::json::object();
  for_each_field(*this, [&](const char* key, const auto& value) { json[key] = value; });
  return json;
}

ModelConfig ModelConfig::from_json(const nlohmann::json& json) {
  if (!json.is_object()) throw Error(ExitCode::kMismatch, "model config: not a JSON object");
  ModelConfig config;
  std::size_t known = 0;
  for_each_field(config, [&](const char* key, auto& value) {
    const auto found = json.find(key);
    if (found == json.end()) {
      throw Error(ExitCode::kMismatch, fmt::format("model config: \"{}\" is missing", key));
    }
    const bool fits = std::is_same_v<decltype(value), bool&>     ? found->is_boolean()
                      : std::is_same_v<decltype(value), double&> ? found->is_number()
                                                                 : found->is_number_integer();
    if (!fits) {
      throw Error(ExitCode::kMismatch,
                  fmt::format("model config: \"{}\" is {}", key, found->dump()));
    }
    found->get_to(value);
    ++known;
  });
  if (known != json.size()) {
    const nlohmann::json ours = config.to_json();
    for (const auto& [key, value] : json.items()) {
      if (!ours.contains(key)) {
        throw Error(ExitCode::kMismatch, fmt::format("model config: unknown key \"{}\"", key));
      }
    }
  }
  config.validate();
  return config;
}

}  // namespace corpusmill
