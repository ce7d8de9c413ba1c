// Sums the gradients of all ranks, once per optimizer step, in buckets of flat CPU memory that are
// exchanged side by side. Every rank gets the same bits. A device's gradients pass through host
// memory.
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <vector>

#include "train/process_group.h"

namespace corpusmill {

class GradientSync {
 public:
  static constexpr std::size_t kBucketBytesMax = 25u << 20;

  // `parameters` have gradients of one dtype each time exchange() is called. `group` outlives this.
  GradientSync(ProcessGroup& group, std::vector<torch::Tensor> parameters,
               std::size_t bucket_bytes_max = kBucketBytesMax);

  // Replaces every gradient by the sum over the ranks. Nothing to do with one rank.
  void exchange();

  std::size_t buckets() const { return buckets_.size(); }

 private:
  // Parameters whose gradients share a piece of memory: at least one.
  struct Bucket {
    std::vector<torch::Tensor> parameters;
    torch::Tensor flat;  // float32, on the CPU
  };
  ProcessGroup& group_;
  std::vector<Bucket> buckets_;
};

}  // namespace corpusmill
