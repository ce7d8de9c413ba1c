#include "train/model_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/error.h"

namespace corpusmill {
namespace {

TEST(ModelConfig, JsonComesBackAsItWas) {
  const ModelConfig config{.hidden_size = 96,
                           .num_attention_heads = 6,
                           .rms_norm_eps = 1e-6,
                           .rope_theta = 1e4,
                           .tie_word_embeddings = false};
  EXPECT_EQ(ModelConfig::from_json(nlohmann::json::parse(config.to_json().dump())), config);
}

TEST(ModelConfig, JsonIsReadStrictly) {
  const nlohmann::json good = ModelConfig{}.to_json();
  for (const auto& [key, value] : good.items()) {
    nlohmann::json json = good;
    json.erase(key);
    EXPECT_THROW(ModelConfig::from_json(json), Error) << key << " missing";
    json[key] = "8";
    EXPECT_THROW(ModelConfig::from_json(json), Error) << key << " a string";
  }
  nlohmann::json json = good;
  json["hidden_sise"] = 8;
  EXPECT_THROW(ModelConfig::from_json(json), Error);
  json = good;
  json["hidden_size"] = 512.5;
  EXPECT_THROW(ModelConfig::from_json(json), Error);
  EXPECT_THROW(ModelConfig::from_json(nlohmann::json::array()), Error);
}

TEST(ModelConfig, RefusesContradictions) {
  EXPECT_NO_THROW(ModelConfig{}.validate());
  EXPECT_THROW((ModelConfig{.hidden_size = 500}.validate()), Error);
  EXPECT_THROW((ModelConfig{.num_key_value_heads = 3}.validate()), Error);
  EXPECT_THROW((ModelConfig{.num_hidden_layers = 0}.validate()), Error);
  EXPECT_THROW((ModelConfig{.vocab_size = -1}.validate()), Error);
  EXPECT_THROW((ModelConfig{.hidden_size = 24, .num_attention_heads = 8}.validate()), Error);
  EXPECT_THROW((ModelConfig{.rms_norm_eps = 0}.validate()), Error);
}

TEST(ModelConfig, CountsParametersAndOperations) {
  const ModelConfig config;
  EXPECT_EQ(config.parameter_count(), 25'829'888);
  EXPECT_EQ(config.flops_per_token(512), 6.0 * 25'829'888 + 12.0 * 8 * 512 * 512);
  ModelConfig untied = config;
  untied.tie_word_embeddings = false;
  EXPECT_EQ(untied.parameter_count(), 25'829'888 + 6400 * 512);
  EXPECT_EQ(untied.flops_per_token(512), config.flops_per_token(512));
}

}  // namespace
}  // namespace corpusmill
