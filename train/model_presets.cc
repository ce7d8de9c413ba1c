#include "train/model_presets.h"

#include <fmt/format.h>

#include <string>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr ModelPreset kPresets[] = {
    {"tiny",
     "2.8M: 192x4, 6/2 heads, FFN 512; learns on a CPU in minutes",
     {.hidden_size = 192,
      .num_hidden_layers = 4,
      .num_attention_heads = 6,
      .num_key_value_heads = 2,
      .intermediate_size = 512,
      .max_position_embeddings = 1024}},
    {"25.83m", "MiniMind2-small: 512x8, 8/2 heads, FFN 1408", {.max_position_embeddings = 32'768}},
    {"26.88m",
     "MiniMind v1: 512x8, 16/8 heads, FFN 1408",
     {.num_attention_heads = 16, .num_key_value_heads = 8, .max_position_embeddings = 8192}},
    {"104m",
     "MiniMind2: 768x16, 8/2 heads, FFN 2048",
     {.hidden_size = 768,
      .num_hidden_layers = 16,
      .intermediate_size = 2048,
      .max_position_embeddings = 32'768}},
    {"gpt2-124m",
     "a Llama of GPT-2's class: 768x12, 12/12 heads, FFN 2048, vocabulary 50257",
     {.vocab_size = 50'257,
      .hidden_size = 768,
      .num_hidden_layers = 12,
      .num_attention_heads = 12,
      .num_key_value_heads = 12,
      .intermediate_size = 2048,
      .max_position_embeddings = 1024,
      .rope_theta = 1e4}},
};

}  // namespace

std::span<const ModelPreset> model_presets() {
  return kPresets;
}

const ModelConfig& model_preset(std::string_view name) {
  std::string names;
  for (const ModelPreset& preset : kPresets) {
    if (preset.name == name) return preset.config;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", preset.name);
  }
  throw Error(ExitCode::kUsage, fmt::format("no model preset \"{}\"; there are {}", name, names));
}

}  // namespace corpusmill
