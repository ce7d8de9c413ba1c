#include "train/generator.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/error.h"

namespace corpusmill {
namespace {

class Generate : public testing::Test {
 protected:
  Generate() {
    torch::manual_seed(8);
    model_ = Llama(ModelConfig{.vocab_size = 50,
                               .hidden_size = 32,
                               .num_hidden_layers = 2,
                               .num_attention_heads = 4,
                               .num_key_value_heads = 2,
                               .intermediate_size = 48,
                               .max_position_embeddings = 40});
    const torch::NoGradGuard no_grad;
    for (torch::Tensor parameter : model_->parameters()) parameter.mul_(6);
  }

  GenerateResult run(std::vector<TokenId> prompt, GenerateOptions options) {
    ids_.clear();
    return generate(model_, prompt, options, [this](TokenId id) {
      ids_.push_back(id);
      return ids_.size() != stop_after_;
    });
  }

  Llama model_{nullptr};
  std::vector<TokenId> ids_;
  std::size_t stop_after_ = 1000;
};

TEST_F(Generate, GreedyTokensAreTheLikeliestOfAFullForwardPass) {
  const torch::NoGradGuard no_grad;
  run({3, 1, 4}, {.sampler = {.temperature = 0}, .new_tokens_max = 20});
  std::vector<std::int64_t> sequence = {3, 1, 4};
  for (const TokenId id : ids_) {
    const torch::Tensor logits = model_->forward(torch::tensor(sequence).unsqueeze(0));
    const std::int64_t expected = logits.select(1, -1).argmax(-1).item<std::int64_t>();
    ASSERT_EQ(expected, static_cast<std::int64_t>(id));
    sequence.push_back(expected);
  }
  EXPECT_EQ(ids_.size(), 20U);
}

TEST_F(Generate, EndsAtEosWhichIsNotGivenOut) {
  const GenerateOptions options{.sampler = {.temperature = 0}, .new_tokens_max = 20};
  run({3, 1, 4}, options);
  const std::vector<TokenId> whole = ids_;
  GenerateOptions with_eos = options;
  with_eos.eos = whole[5];
  const auto first = std::find(whole.begin(), whole.end(), whole[5]);
  const GenerateResult result = run({3, 1, 4}, with_eos);
  EXPECT_EQ(result.end, GenerateEnd::kEos);
  EXPECT_EQ(ids_, std::vector<TokenId>(whole.begin(), first));
}

TEST_F(Generate, SameSeedSameTokensAndOtherSeedOthers) {
  GenerateOptions options{.sampler = {.temperature = 1.5, .seed = 1}, .new_tokens_max = 30};
  run({7}, options);
  const std::vector<TokenId> first = ids_;
  run({7}, options);
  EXPECT_EQ(ids_, first);
  options.sampler.seed = 2;
  run({7}, options);
  EXPECT_NE(ids_, first);
}

TEST_F(Generate, EndsWhereTheModelOrTheCallerDoes) {
  const GenerateOptions options{.sampler = {.temperature = 0}, .new_tokens_max = 1000};
  EXPECT_EQ(run({1, 2, 3}, options).end, GenerateEnd::kPositionsMax);
  EXPECT_EQ(ids_.size(), 38U);  // 40 positions hold 3 + 37 tokens; the last of all needs none
  stop_after_ = 4;
  const GenerateResult stopped = run({1, 2, 3}, options);
  EXPECT_EQ(stopped.end, GenerateEnd::kStopped);
  EXPECT_EQ(stopped.new_tokens, 4);
  EXPECT_EQ(run({1}, {.new_tokens_max = 0}).end, GenerateEnd::kTokensMax);
}

TEST_F(Generate, RefusesPromptsItCannotTake) {
  EXPECT_THROW(run({}, {}), Error);
  EXPECT_THROW(run({50}, {}), Error);
  EXPECT_THROW(run(std::vector<TokenId>(41, 1), {}), Error);
}

}  // namespace
}  // namespace corpusmill
