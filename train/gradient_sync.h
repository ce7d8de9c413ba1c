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

  // `gradients` keep their storage while this lives (AdamW::gradients()). `group` outlives this.
  GradientSync(ProcessGroup& group, const std::vector<torch::Tensor>& gradients,
               std::size_t bucket_bytes_max = kBucketBytesMax);

  // Replaces every gradient by the sum over the ranks. Nothing to do with one rank.
  void exchange();

  std::size_t buckets() const { return buckets_.size(); }

 private:
  struct Bucket {
    std::vector<torch::Tensor> gradients;  // at least one
    torch::Tensor flat;                    // float32, on the CPU
  };
  ProcessGroup& group_;
  std::vector<Bucket> buckets_;
};

}  // namespace corpusmill
