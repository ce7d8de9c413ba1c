#include "train/gradient_sync.h"

namespace corpusmill {

GradientSync::GradientSync(ProcessGroup& group, const std::vector<torch::Tensor>& gradients,
                           std::size_t bucket_bytes_max)
    : group_(group) {
  if (group_.world_size() == 1) return;
  const auto elements_max = static_cast<std::int64_t>(bucket_bytes_max / sizeof(float));
  std::int64_t elements = 0;
  // Backward fills the last layers first: so do the buckets.
  for (auto gradient = gradients.rbegin(); gradient != gradients.rend(); ++gradient) {
    if (buckets_.empty() || elements + gradient->numel() > elements_max) {
      buckets_.emplace_back();
      elements = 0;
    }
    buckets_.back().gradients.push_back(*gradient);
    elements += gradient->numel();
  }
  for (Bucket& bucket : buckets_) {
    std::int64_t size = 0;
    for (const torch::Tensor& gradient : bucket.gradients) size += gradient.numel();
    bucket.flat = torch::empty({size}, torch::kFloat32);
  }
}

void GradientSync::exchange() {
  if (buckets_.empty()) return;
  std::vector<torch::Tensor> flats;
  for (Bucket& bucket : buckets_) {
    std::int64_t offset = 0;
    for (const torch::Tensor& gradient : bucket.gradients) {
      bucket.flat.narrow(0, offset, gradient.numel()).view_as(gradient).copy_(gradient);
      offset += gradient.numel();
    }
    flats.push_back(bucket.flat);
  }
  group_.sum(flats, "the gradient exchange");
  for (Bucket& bucket : buckets_) {
    std::int64_t offset = 0;
    for (torch::Tensor& gradient : bucket.gradients) {
      gradient.copy_(bucket.flat.narrow(0, offset, gradient.numel()).view_as(gradient));
      offset += gradient.numel();
    }
  }
}

}  // namespace corpusmill
