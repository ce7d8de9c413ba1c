#include "train/precision.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "common/error.h"

namespace corpusmill {
namespace {

TEST(Precision, NamesComeBack) {
  for (const Precision precision :
       {Precision::kFloat32, Precision::kBfloat16, Precision::kFloat16}) {
    EXPECT_EQ(parse_precision(precision_name(precision)), precision);
  }
  EXPECT_EQ(parse_precision("bfloat16"), Precision::kBfloat16);
  EXPECT_EQ(scalar_type(Precision::kFloat16), torch::kHalf);
  EXPECT_THROW(parse_precision("int8"), Error);
}

TEST(Device, NamesAreChecked) {
  EXPECT_TRUE(parse_device("cpu").is_cpu());
  EXPECT_EQ(parse_device("auto").is_cuda(), torch::cuda::is_available());
  for (const char* name : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cuda:9999", ""}) {
    EXPECT_THROW(parse_device(name), Error) << name;
  }
}

TEST(ComputeThreads, AreThoseOfMatrixProducts) {
  const int before = torch::get_num_threads();
  set_compute_threads(1);
  EXPECT_EQ(torch::get_num_threads(), 1);
  set_compute_threads(before);
}

}  // namespace
}  // namespace corpusmill
