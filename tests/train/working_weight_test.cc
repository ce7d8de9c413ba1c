#include "train/working_weight.h"

#include <gtest/gtest.h>

#include "train/optimizer.h"

namespace corpusmill {
namespace {

TEST(WorkingWeight, OneMasterInItsOwnTypeIsUsedAsItIs) {
  const torch::Tensor master = torch::randn({4, 3}).requires_grad_();
  WorkingWeight weight({master});
  EXPECT_TRUE(weight.in(torch::kFloat32).is_same(master));
}

TEST(WorkingWeight, CastsOncePerChangeOfAMaster) {
  const torch::Tensor one = torch::randn({4, 3}).requires_grad_();
  const torch::Tensor other = torch::randn({2, 3}).requires_grad_();
  WorkingWeight weight({one, other});
  const torch::Tensor first = weight.in(torch::kBFloat16);
  EXPECT_TRUE(torch::equal(first, torch::cat({one, other}).to(torch::kBFloat16)));
  EXPECT_TRUE(weight.in(torch::kBFloat16).is_same(first));
  {
    const torch::NoGradGuard no_grad;
    EXPECT_TRUE(weight.in(torch::kBFloat16).is_same(first));
    other.add_(1);
  }
  EXPECT_FALSE(weight.in(torch::kBFloat16).is_same(first));
  EXPECT_TRUE(
      torch::equal(weight.in(torch::kBFloat16), torch::cat({one, other}).to(torch::kBFloat16)));
  EXPECT_EQ(weight.in(torch::kFloat32).scalar_type(), torch::kFloat32);
}

TEST(WorkingWeight, AnOptimizerStepCountsAsAChange) {
  const torch::Tensor one = torch::randn({4, 3}).requires_grad_();
  const torch::Tensor other = torch::randn({2, 3}).requires_grad_();
  AdamW optimizer({{"one", one}, {"other", other}}, {});
  for (const torch::ScalarType type : {torch::kFloat32, torch::kBFloat16}) {
    WorkingWeight weight({one, other});
    const torch::Tensor before = weight.in(type).detach().clone();
    (weight.in(type)*2).sum().backward();
    optimizer.step(0.1);
    EXPECT_FALSE(torch::equal(weight.in(type), before));
    EXPECT_TRUE(torch::equal(weight.in(type), torch::cat({one, other}).to(type)));
  }
}

TEST(WorkingWeight, ACopyMadeWithoutAutogradIsNotUsedForTraining) {
  const torch::Tensor master = torch::randn({4, 3}).requires_grad_();
  WorkingWeight weight({master});
  {
    const torch::NoGradGuard no_grad;
    EXPECT_FALSE(weight.in(torch::kBFloat16).requires_grad());
  }
  EXPECT_TRUE(weight.in(torch::kBFloat16).requires_grad());
}

TEST(WorkingWeight, SeveralBackwardPassesAccumulateInFloat32) {
  const torch::Tensor one = torch::randn({4, 3}).requires_grad_();
  const torch::Tensor other = torch::randn({2, 3}).requires_grad_();
  WorkingWeight weight({one, other});
  // 1 + 3 / 512 is not a bfloat16: a sum in that type would lose the small parts.
  const float parts[] = {1.0F, 1.0F / 512, 1.0F / 512, 1.0F / 512};
  for (const float part : parts) (weight.in(torch::kBFloat16)*part).sum().backward();
  EXPECT_EQ(one.grad().scalar_type(), torch::kFloat32);
  EXPECT_EQ(one.grad()[0][0].item<float>(), 1 + 3.0F / 512);
  EXPECT_EQ(other.grad()[1][2].item<float>(), 1 + 3.0F / 512);
}

}  // namespace
}  // namespace corpusmill
