#include "train/llama.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/error.h"
#include "train/model_presets.h"

namespace corpusmill {
namespace {

ModelConfig small_config(bool tied = true) {
  return {.vocab_size = 61,
          .hidden_size = 48,
          .num_hidden_layers = 3,
          .num_attention_heads = 6,
          .num_key_value_heads = 2,
          .intermediate_size = 40,
          .max_position_embeddings = 96,
          .tie_word_embeddings = tied};
}

torch::Tensor random_ids(std::int64_t batch, std::int64_t positions) {
  return torch::randint(61, {batch, positions}, torch::kInt64);
}

TEST(Llama, ParameterNamesAreThoseOfHuggingFace) {
  const Llama tied(small_config()), untied(small_config(false));
  std::vector<std::string> names;
  for (const auto& item : tied->named_parameters()) names.push_back(item.key());
  const std::vector<std::string> first = {"model.embed_tokens.weight",
                                          "model.layers.0.input_layernorm.weight",
                                          "model.layers.0.self_attn.q_proj.weight",
                                          "model.layers.0.self_attn.k_proj.weight",
                                          "model.layers.0.self_attn.v_proj.weight",
                                          "model.layers.0.self_attn.o_proj.weight",
                                          "model.layers.0.post_attention_layernorm.weight",
                                          "model.layers.0.mlp.gate_proj.weight",
                                          "model.layers.0.mlp.up_proj.weight",
                                          "model.layers.0.mlp.down_proj.weight"};
  ASSERT_EQ(names.size(), 2 + 9 * 3);
  EXPECT_TRUE(std::equal(first.begin(), first.end(), names.begin()));
  EXPECT_EQ(names.back(), "model.norm.weight");
  EXPECT_EQ(untied->named_parameters().back().key(), "lm_head.weight");
}

TEST(Llama, CountsTheParametersItHas) {
  for (const ModelConfig& config : {small_config(), small_config(false)}) {
    std::int64_t count = 0;
    for (const torch::Tensor& parameter : Llama(config)->parameters()) count += parameter.numel();
    EXPECT_EQ(count, config.parameter_count());
  }
}

TEST(Llama, LogitsWithCacheEqualThoseWithout) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(1);
  Llama model(small_config());
  const torch::Tensor ids = random_ids(2, 90);
  const torch::Tensor expected = model->forward(ids);
  KvCache cache;
  std::vector<torch::Tensor> parts;
  std::int64_t first = 0;
  // A prompt, single tokens, several at once, and enough to make the cache grow.
  for (const std::int64_t count : {7, 1, 1, 5, 60, 1, 15}) {
    parts.push_back(model->forward(ids.narrow(1, first, count), &cache));
    first += count;
    EXPECT_EQ(cache.positions(), first);
  }
  EXPECT_LT((torch::cat(parts, 1) - expected).abs().max().item<double>(), 1e-5);
}

TEST(Llama, APositionSeesNothingAfterIt) {
  const torch::NoGradGuard no_grad;
  Llama model(small_config());
  const torch::Tensor ids = random_ids(1, 32);
  torch::Tensor changed = ids.clone();
  changed.narrow(1, 20, 12).fill_(3);
  EXPECT_LT(
      (model->forward(ids) - model->forward(changed)).narrow(1, 0, 20).abs().max().item<double>(),
      1e-6);
}

TEST(Llama, NegativeTargetsAreNotCounted) {
  const torch::NoGradGuard no_grad;
  Llama model(small_config());
  const torch::Tensor ids = random_ids(2, 10);
  torch::Tensor targets = random_ids(2, 10);
  targets[0].fill_(-1);
  targets[1][4] = -100;
  const torch::Tensor each = model->losses(ids, targets);
  EXPECT_EQ(each[0].abs().sum().item<double>(), 0);
  EXPECT_EQ(each[1][4].item<double>(), 0);
  EXPECT_NEAR(model->loss(ids, targets).item<double>(), each.sum().item<double>() / 9, 1e-5);
}

TEST(Llama, Bfloat16IsNearFloat32AndGivesFloat32Gradients) {
  torch::manual_seed(2);
  Llama model(small_config());
  const torch::Tensor ids = random_ids(2, 24), targets = random_ids(2, 24);
  const torch::Tensor exact = model->loss(ids, targets);
  model->set_compute_type(torch::kBFloat16);
  const torch::Tensor rough = model->loss(ids, targets);
  rough.backward();
  EXPECT_EQ(rough.scalar_type(), torch::kFloat32);
  EXPECT_NEAR(rough.item<double>(), exact.item<double>(), 0.02);
  EXPECT_NE(rough.item<double>(), exact.item<double>());
  for (const torch::Tensor& parameter : model->parameters()) {
    ASSERT_TRUE(parameter.grad().defined());
    EXPECT_EQ(parameter.grad().scalar_type(), torch::kFloat32);
  }
}

TEST(Llama, RefusesMorePositionsThanItHas) {
  const torch::NoGradGuard no_grad;
  Llama model(small_config());
  EXPECT_THROW(model->forward(random_ids(1, 97)), Error);
  KvCache cache;
  model->forward(random_ids(1, 96), &cache);
  EXPECT_THROW(model->forward(random_ids(1, 1), &cache), Error);
}

TEST(Llama, SameSeedSameWeights) {
  torch::manual_seed(7);
  Llama one(small_config());
  torch::manual_seed(7);
  Llama other(small_config());
  const auto ours = one->parameters(), theirs = other->parameters();
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_TRUE(torch::equal(ours[i], theirs[i]));
}

TEST(ModelPreset, SizesAreWhatTheirNamesSay) {
  EXPECT_EQ(model_preset("25.83m").parameter_count(), 25'829'888);
  EXPECT_EQ(model_preset("104m").parameter_count(), 104'030'976);
  EXPECT_NEAR(static_cast<double>(model_preset("26.88m").parameter_count()), 26.88e6, 5e3);
  EXPECT_NEAR(static_cast<double>(model_preset("gpt2-124m").parameter_count()), 124e6, 1e6);
  for (const ModelPreset& preset : model_presets()) EXPECT_NO_THROW(preset.config.validate());
  EXPECT_THROW(model_preset("25.83"), Error);
}

}  // namespace
}  // namespace corpusmill
