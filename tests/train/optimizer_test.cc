#include "train/optimizer.h"

#include <gtest/gtest.h>

#include <limits>

namespace corpusmill {
namespace {

NamedTensors random_parameters() {
  return {{"matrix", torch::randn({5, 3}).requires_grad_()},
          {"norm", torch::randn({7}).requires_grad_()}};
}

void set_random_gradients(const AdamW& optimizer) {
  for (const torch::Tensor& gradient : optimizer.gradients()) {
    torch::Tensor target = gradient;
    target.copy_(torch::randn_like(gradient));
  }
}

// LibTorch's own optimizer, a loop over parameters, is the slow reference.
void expect_equals_reference(bool decay_all) {
  torch::manual_seed(3);
  NamedTensors parameters = random_parameters();
  std::vector<torch::Tensor> matrix{parameters[0].second.detach().clone().requires_grad_()};
  std::vector<torch::Tensor> norm{parameters[1].second.detach().clone().requires_grad_()};
  AdamW optimizer(parameters, {.weight_decay = 0.3, .decay_all = decay_all});
  const auto options =
      torch::optim::AdamWOptions(1e-2).betas({0.9, 0.95}).eps(1e-8).weight_decay(0.3);
  auto plain = options;
  if (!decay_all) plain.weight_decay(0);
  torch::optim::AdamW reference_matrix(matrix, options), reference_norm(norm, plain);
  for (int i = 0; i < 20; ++i) {
    optimizer.zero_gradients();
    set_random_gradients(optimizer);
    matrix[0].mutable_grad() = optimizer.gradients()[0].clone();
    norm[0].mutable_grad() = optimizer.gradients()[1].clone();
    optimizer.step(1e-2);
    reference_matrix.step();
    reference_norm.step();
  }
  EXPECT_TRUE(torch::allclose(parameters[0].second, matrix[0], 1e-5, 1e-6));
  EXPECT_TRUE(torch::allclose(parameters[1].second, norm[0], 1e-5, 1e-6));
}

TEST(AdamW, EqualsTheReferenceWithMatricesAloneDecayed) {
  expect_equals_reference(false);
}
TEST(AdamW, EqualsTheReferenceWithEverythingDecayed) {
  expect_equals_reference(true);
}

TEST(AdamW, ClipsAsTheReferenceDoes) {
  torch::manual_seed(4);
  for (const double norm_max : {0.5, 100.0}) {
    AdamW optimizer(random_parameters(), {});
    set_random_gradients(optimizer);
    std::vector<torch::Tensor> copies;
    for (const auto& [name, parameter] : optimizer.parameters()) {
      torch::Tensor copy = torch::zeros_like(parameter);
      copy.mutable_grad() = parameter.grad().clone();
      copies.push_back(copy);
    }
    const double expected = torch::nn::utils::clip_grad_norm_(copies, norm_max);
    EXPECT_NEAR(optimizer.clip_gradients(norm_max).item<double>(), expected, 1e-5);
    for (std::size_t i = 0; i < copies.size(); ++i) {
      EXPECT_TRUE(torch::allclose(optimizer.gradients()[i], copies[i].grad(), 1e-5, 1e-7));
    }
  }
}

TEST(AdamW, ANormMaxOfZeroOnlyMeasures) {
  AdamW optimizer(random_parameters(), {});
  set_random_gradients(optimizer);
  const torch::Tensor before = optimizer.gradients()[0].clone();
  EXPECT_GT(optimizer.clip_gradients(0).item<double>(), 0);
  EXPECT_TRUE(torch::equal(optimizer.gradients()[0], before));
}

TEST(AdamW, FoundInfLeavesEverythingAsItWas) {
  AdamW optimizer(random_parameters(), {});
  set_random_gradients(optimizer);
  optimizer.step(1e-3, torch::zeros({}));
  const torch::Tensor weights = optimizer.parameters()[0].second.detach().clone();
  const torch::Tensor averages = optimizer.state()[1].second.clone();
  torch::Tensor gradient = optimizer.gradients()[0];
  gradient.fill_(std::numeric_limits<float>::infinity());
  optimizer.step(1e-3, torch::ones({}));
  EXPECT_TRUE(torch::equal(optimizer.parameters()[0].second, weights));
  EXPECT_TRUE(torch::equal(optimizer.state()[1].second, averages));
  EXPECT_EQ(optimizer.state()[0].second.item<float>(), 1);
}

TEST(AdamW, StateRestoredByCopyingContinuesBitForBit) {
  torch::manual_seed(5);
  AdamW one(random_parameters(), {});
  set_random_gradients(one);
  one.step(1e-2);
  NamedTensors copies;
  for (const auto& [name, parameter] : one.parameters()) {
    copies.emplace_back(name, parameter.detach().clone().requires_grad_());
  }
  AdamW other(copies, {});
  const NamedTensors from = one.state(), to = other.state();
  EXPECT_EQ(from[0].first, "step");
  EXPECT_EQ(from[3].first, "exp_avg.norm");
  EXPECT_EQ(from[4].first, "exp_avg_sq.norm");
  for (std::size_t i = 0; i < from.size(); ++i) {
    torch::Tensor target = to[i].second;
    target.copy_(from[i].second);
  }
  set_random_gradients(one);
  for (std::size_t i = 0; i < copies.size(); ++i) {
    torch::Tensor target = other.gradients()[i];
    target.copy_(one.gradients()[i]);
  }
  one.step(1e-2);
  other.step(1e-2);
  for (std::size_t i = 0; i < copies.size(); ++i) {
    EXPECT_TRUE(torch::equal(one.parameters()[i].second, copies[i].second));
  }
}

TEST(AdamW, BackwardAccumulatesIntoTheKeptBuffers) {
  NamedTensors parameters = random_parameters();
  AdamW optimizer(parameters, {});
  const void* address = optimizer.gradients()[0].data_ptr();
  for (int i = 0; i < 2; ++i) (parameters[0].second * 2).sum().backward();
  EXPECT_EQ(parameters[0].second.grad().data_ptr(), address);
  EXPECT_EQ(optimizer.gradients()[0][0][0].item<float>(), 4);
  optimizer.zero_gradients();
  EXPECT_EQ(optimizer.gradients()[0].abs().sum().item<float>(), 0);
}

}  // namespace
}  // namespace corpusmill
