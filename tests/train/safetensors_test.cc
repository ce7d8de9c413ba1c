#include "train/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <filesystem>

#include "common/error.h"
#include "common/file.h"

namespace corpusmill {
namespace {

class SafetensorsFile : public testing::Test {
 protected:
  std::filesystem::path path_ = std::filesystem::path(testing::TempDir()) /
                                ("safetensors_test_" + std::to_string(getpid()) + ".safetensors");
  ~SafetensorsFile() override { std::filesystem::remove(path_); }

  std::string mismatch(const NamedTensors& targets, bool cast = false) const {
    try {
      load_safetensors_into(path_, targets, cast);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kMismatch);
      return error.what();
    }
    return "loaded";
  }
};

TEST_F(SafetensorsFile, TensorsOfEveryTypeComeBack) {
  NamedTensors tensors;
  for (const torch::ScalarType type :
       {torch::kFloat32, torch::kBFloat16, torch::kHalf, torch::kFloat64, torch::kInt64,
        torch::kInt32, torch::kUInt8, torch::kBool}) {
    tensors.emplace_back(torch::toString(type), torch::randint(0, 2, {3, 5}).to(type));
  }
  tensors.emplace_back("scalar", torch::tensor(2.5F));
  tensors.emplace_back("strided", torch::randn({4, 6}).t());
  tensors.emplace_back("none", torch::empty({0, 3}));
  save_safetensors(path_, tensors);
  const NamedTensors loaded = load_safetensors(path_);
  ASSERT_EQ(loaded.size(), tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(loaded[i].first, tensors[i].first);
    EXPECT_TRUE(torch::equal(loaded[i].second, tensors[i].second)) << tensors[i].first;
    EXPECT_EQ(loaded[i].second.scalar_type(), tensors[i].second.scalar_type());
  }
}

TEST_F(SafetensorsFile, SameTensorsGiveTheSameBytes) {
  const NamedTensors tensors{{"a", torch::ones({3})}, {"b", torch::zeros({2, 2})}};
  save_safetensors(path_, tensors, {{"z", "1"}, {"y", "2"}});
  const std::string first = read_file(path_, 1 << 20);
  save_safetensors(path_, tensors, {{"y", "2"}, {"z", "1"}});
  EXPECT_EQ(read_file(path_, 1 << 20), first);
}

TEST_F(SafetensorsFile, LoadsIntoParametersThatNeedGradients) {
  const torch::Tensor weight = torch::randn({3, 2}).requires_grad_();
  save_safetensors(path_, {{"weight", weight}});
  const torch::Tensor target = torch::zeros({3, 2}).requires_grad_();
  load_safetensors_into(path_, {{"weight", target}});
  EXPECT_TRUE(torch::equal(target, weight));
  EXPECT_TRUE(target.is_leaf() && target.requires_grad());
}

TEST_F(SafetensorsFile, NamesTheFirstDifferenceAndCopiesNothing) {
  save_safetensors(path_, {{"a", torch::ones({2})}, {"b", torch::ones({3})}});
  const torch::Tensor a = torch::zeros({2});
  EXPECT_THAT(mismatch({{"a", a}}), testing::HasSubstr("\"b\" belongs to another"));
  EXPECT_THAT(mismatch({{"a", a}, {"b", torch::zeros({3})}, {"c", a}}),
              testing::HasSubstr("\"c\" is missing"));
  EXPECT_THAT(mismatch({{"a", a}, {"b", torch::zeros({3, 1})}}),
              testing::HasSubstr("shape [3], not [3, 1]"));
  const torch::Tensor half = torch::zeros({3}, torch::kHalf);
  EXPECT_THAT(mismatch({{"a", a}, {"b", half}}), testing::HasSubstr("type Float, not Half"));
  EXPECT_EQ(a.sum().item<float>(), 0);
  EXPECT_EQ(mismatch({{"a", a}, {"b", half}}, /*cast=*/true), "loaded");
  EXPECT_EQ(half.sum().item<float>(), 3);
}

TEST_F(SafetensorsFile, RefusesATruncatedFile) {
  save_safetensors(path_, {{"a", torch::ones({20})}});
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);
  EXPECT_THROW(load_safetensors(path_), Error);
}

}  // namespace
}  // namespace corpusmill
