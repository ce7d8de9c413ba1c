#include "train/loss_scaler.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>
#include <random>

namespace corpusmill {
namespace {

TEST(LossScaler, UnscalesAndFindsWhatIsNotFinite) {
  LossScaler scaler(torch::kCPU, {.initial_scale = 1024});
  std::vector<torch::Tensor> gradients{torch::full({3}, 2048.0F), torch::full({2, 2}, 1.0F)};
  scaler.unscale(gradients);
  EXPECT_EQ(scaler.found_inf().item<float>(), 0);
  EXPECT_EQ(gradients[0][1].item<float>(), 2);
  EXPECT_EQ(gradients[1][1][0].item<float>(), 1.0F / 1024);
  for (const float bad :
       {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    gradients[1][0][1] = bad;
    scaler.unscale(gradients);
    EXPECT_EQ(scaler.found_inf().item<float>(), 1);
  }
  gradients[1][0][1] = 0;
  scaler.unscale(gradients);
  EXPECT_EQ(scaler.found_inf().item<float>(), 0);
}

// The rule as torch.amp.GradScaler documents it, in plain arithmetic.
struct PlainRule {
  double scale;
  std::int64_t good = 0;
  void update(bool found_inf, const LossScalerOptions& options) {
    if (found_inf) {
      scale *= options.backoff_factor;
      good = 0;
    } else if (++good == options.growth_interval) {
      const double grown = scale * options.growth_factor;
      if (static_cast<double>(static_cast<float>(grown)) <
          static_cast<double>(std::numeric_limits<float>::infinity())) {
        scale = grown;
      }
      good = 0;
    }
  }
};

TEST(LossScaler, SequenceEqualsThatOfTheRule) {
  const LossScalerOptions options{.initial_scale = 65536, .growth_interval = 3};
  LossScaler scaler(torch::kCPU, options);
  PlainRule rule{options.initial_scale};
  std::mt19937 random(6);
  std::vector<torch::Tensor> gradients{torch::zeros({2})};
  for (int i = 0; i < 500; ++i) {
    const bool overflow = random() % 6 == 0;
    gradients[0].fill_(overflow ? std::numeric_limits<float>::infinity() : 1.0F);
    scaler.unscale(gradients);
    scaler.update();
    rule.update(overflow, options);
    ASSERT_EQ(scaler.state(), (LossScalerState{rule.scale, rule.good})) << "step " << i;
  }
}

TEST(LossScaler, ScalesTheLossAndRestores) {
  LossScaler scaler(torch::kCPU);
  scaler.restore({.scale = 512, .growth_tracker = 17});
  EXPECT_EQ(scaler.state(), (LossScalerState{512, 17}));
  EXPECT_EQ(scaler.scale(torch::tensor(3.0F)).item<float>(), 1536);
}

}  // namespace
}  // namespace corpusmill
