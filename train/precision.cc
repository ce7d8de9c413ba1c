#include "train/precision.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <charconv>

#include "common/error.h"

namespace corpusmill {

std::string_view precision_name(Precision precision) {
  switch (precision) {
    case Precision::kFloat32:
      return "fp32";
    case Precision::kBfloat16:
      return "bf16";
    case Precision::kFloat16:
      return "fp16";
  }
  throw Error(ExitCode::kInternal, "precision_name: not a Precision");
}

Precision parse_precision(std::string_view name) {
  if (name == "fp32" || name == "float32") return Precision::kFloat32;
  if (name == "bf16" || name == "bfloat16") return Precision::kBfloat16;
  if (name == "fp16" || name == "float16") return Precision::kFloat16;
  throw Error(ExitCode::kUsage,
              fmt::format("precision \"{}\" is not one of fp32, bf16, fp16", name));
}

torch::ScalarType scalar_type(Precision precision) {
  switch (precision) {
    case Precision::kFloat32:
      return torch::kFloat32;
    case Precision::kBfloat16:
      return torch::kBFloat16;
    case Precision::kFloat16:
      return torch::kHalf;
  }
  throw Error(ExitCode::kInternal, "scalar_type: not a Precision");
}

torch::Device parse_device(std::string_view name, int local_rank) {
  const int devices =
      torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  if (name == "cpu" || (name == "auto" && devices == 0)) return torch::Device(torch::kCPU);
  int index = local_rank;
  if (name.starts_with("cuda:")) {
    const std::string_view digits = name.substr(5);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (error != std::errc() || end != digits.data() + digits.size()) index = -1;
  } else if (name != "auto" && name != "cuda") {
    index = -1;
  }
  if (index < 0) {
    throw Error(ExitCode::kUsage,
                fmt::format("device \"{}\" is not one of auto, cpu, cuda, cuda:N", name));
  }
  if (index >= devices) {
    throw Error(ExitCode::kUsage,
                fmt::format("device \"{}\": this machine has {} CUDA devices", name, devices));
  }
  return torch::Device(torch::kCUDA, static_cast<torch::DeviceIndex>(index));
}

void set_compute_threads(int threads) {
  torch::set_num_threads(threads);
}

void allow_tf32(bool allowed) {
  at::globalContext().setFloat32MatmulPrecision(allowed ? "high" : "highest");
}

}  // namespace corpusmill
