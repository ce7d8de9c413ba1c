// Model shapes by the names that people use for them.
#pragma once

#include <span>
#include <string_view>

#include "train/model_config.h"

namespace corpusmill {

struct ModelPreset {
  std::string_view name;
  std::string_view summary;  // one line for --help and docs/training.md
  ModelConfig config;
};

std::span<const ModelPreset> model_presets();

// Throws Error(kUsage) listing the names.
const ModelConfig& model_preset(std::string_view name);

}  // namespace corpusmill
