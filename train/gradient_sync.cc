#include "train/gradient_sync.h"

namespace corpusmill {

GradientSync::GradientSync(ProcessGroup& group, std::vector<torch::Tensor> parameters,
                           std::size_t bucket_bytes_max)
    : group_(group) {
  if (group_.world_size() == 1) return;
  const auto elements_max = static_cast<std::int64_t>(bucket_bytes_max / sizeof(float));
  std::int64_t elements = 0;
  // Backward fills the last layers first: so do the buckets.
  for (auto parameter = parameters.rbegin(); parameter != parameters.rend(); ++parameter) {
    if (buckets_.empty() || elements + parameter->numel() > elements_max) {
      buckets_.emplace_back();
      elements = 0;
    }
    buckets_.back().parameters.push_back(*parameter);
    elements += parameter->numel();
  }
  for (Bucket& bucket : buckets_) {
    std::int64_t size = 0;
    for (const torch::Tensor& parameter : bucket.parameters) size += parameter.numel();
    bucket.flat = torch::empty({size}, torch::kFloat32);
  }
}

void GradientSync::exchange() {
  if (buckets_.empty()) return;
  std::vector<torch::Tensor> flats;
  for (Bucket& bucket : buckets_) {
    std::int64_t offset = 0;
    for (torch::Tensor& parameter : bucket.parameters) {
      const torch::Tensor gradient = parameter.grad();
      bucket.flat.narrow(0, offset, gradient.numel()).view_as(gradient).copy_(gradient);
      offset += gradient.numel();
    }
    flats.push_back(bucket.flat);
  }
  group_.sum(flats, "the gradient exchange");
  for (Bucket& bucket : buckets_) {
    std::int64_t offset = 0;
    for (torch::Tensor& parameter : bucket.parameters) {
      torch::Tensor gradient = parameter.grad();
      gradient.copy_(bucket.flat.narrow(0, offset, gradient.numel()).view_as(gradient));
      offset += gradient.numel();
    }
  }
}

}  // namespace corpusmill
