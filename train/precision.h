// Number types and devices by the names of the options `--precision` and `--device`.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace corpusmill {

// What activations and matrix products are computed in. Parameters, gradients, optimizer state and
// the loss are float32 always. kFloat16 needs a LossScaler.
enum class Precision : std::uint8_t { kFloat32, kBfloat16, kFloat16 };

// "fp32", "bf16", "fp16"; their longer names ("float32", "bfloat16", "float16") are understood.
std::string_view precision_name(Precision precision);
Precision parse_precision(std::string_view name);  // throws Error(kUsage)
torch::ScalarType scalar_type(Precision precision);

// "auto" (CUDA if there is one), "cpu", "cuda", "cuda:N". Throws Error(kUsage) for another name or
// a device that is not there. `local_rank` picks the device for "auto" and "cuda".
torch::Device parse_device(std::string_view name, int local_rank = 0);

// Threads of matrix products and element-wise kernels in this process. Once, before any of them.
void set_compute_threads(int threads);

// Products of float32 matrices may use TensorFloat-32 on CUDA. Off at first.
void allow_tf32(bool allowed);

}  // namespace corpusmill
