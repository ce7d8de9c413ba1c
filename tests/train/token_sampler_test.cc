#include "train/token_sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "common/error.h"

namespace corpusmill {
namespace {

std::vector<double> frequencies(const SamplerOptions& options, const std::vector<float>& logits) {
  constexpr int kDraws = 40'000;
  TokenSampler sampler(options);
  std::vector<double> counts(logits.size(), 0);
  for (int i = 0; i < kDraws; ++i) counts[sampler.sample(logits)] += 1.0 / kDraws;
  return counts;
}

TEST(TokenSampler, TemperatureZeroTakesTheLikeliestAndTheLowestOfEquals) {
  TokenSampler sampler({.temperature = 0});
  EXPECT_EQ(sampler.sample(std::vector<float>{1, 5, 5, -2}), 1U);
}

TEST(TokenSampler, DrawsBySoftmaxOfLogitsOverTemperature) {
  const std::vector<float> logits = {0.0F, 1.0F, -1.0F, 2.0F};
  const double temperature = 0.7;
  double total = 0;
  for (const float logit : logits) total += std::exp(static_cast<double>(logit) / temperature);
  const std::vector<double> drawn = frequencies({.temperature = temperature}, logits);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    EXPECT_NEAR(drawn[i], std::exp(static_cast<double>(logits[i]) / temperature) / total, 0.01);
  }
}

TEST(TokenSampler, TopKAndTopPKeepTheLikeliestAlone) {
  const std::vector<float> logits = {std::log(0.1F), std::log(0.5F), std::log(0.15F),
                                     std::log(0.25F)};
  const std::vector<double> top_k = frequencies({.temperature = 1, .top_k = 2}, logits);
  EXPECT_EQ(top_k[0] + top_k[2], 0);
  EXPECT_NEAR(top_k[1], 0.5 / 0.75, 0.01);
  // 0.5 + 0.25 is short of 0.8; the 0.15 is needed, the 0.1 is not.
  const std::vector<double> top_p = frequencies({.temperature = 1, .top_p = 0.8}, logits);
  EXPECT_EQ(top_p[0], 0);
  EXPECT_NEAR(top_p[2], 0.15 / 0.9, 0.01);
  const std::vector<double> tiny = frequencies({.temperature = 1, .top_p = 1e-9}, logits);
  EXPECT_NEAR(tiny[1], 1, 1e-9);
}

TEST(TokenSampler, SameSeedSameTokens) {
  const std::vector<float> logits(1000, 0.0F);
  TokenSampler one({.seed = 3}), same({.seed = 3}), other({.seed = 4});
  int different = 0;
  for (int i = 0; i < 50; ++i) {
    const TokenId id = one.sample(logits);
    EXPECT_EQ(id, same.sample(logits));
    different += id != other.sample(logits);
  }
  EXPECT_GT(different, 40);
}

TEST(TokenSampler, RefusesLogitsThatAreNotNumbers) {
  TokenSampler sampler({});
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_THROW(sampler.sample(std::vector<float>{0, std::nanf("")}), Error);
  EXPECT_THROW(sampler.sample(std::vector<float>{0, inf}), Error);
  EXPECT_EQ(sampler.sample(std::vector<float>{-inf, 3, -inf}), 1U);
}

TEST(TokenSampler, RefusesOptionsOutOfRange) {
  EXPECT_THROW(TokenSampler({.temperature = -1}), Error);
  EXPECT_THROW(TokenSampler({.top_k = -1}), Error);
  EXPECT_THROW(TokenSampler({.top_p = 0}), Error);
  EXPECT_THROW(TokenSampler({.top_p = 1.1}), Error);
}

}  // namespace
}  // namespace corpusmill
