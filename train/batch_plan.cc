#include "train/batch_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/error.h"

namespace corpusmill {

BatchPlan::BatchPlan(std::uint64_t windows, std::uint64_t global_batch, std::uint64_t seed)
    : windows_(windows), global_batch_(global_batch), seed_(seed) {
  if (global_batch_ == 0) throw Error(ExitCode::kUsage, "the global batch is empty");
  if (windows_ < global_batch_) {
    throw Error(ExitCode::kUsage,
                fmt::format("the training data hold {} windows, fewer than the {} of one global "
                            "batch; lower batch_size, accumulation_steps or seq_len",
                            windows_, global_batch_));
  }
}

std::vector<std::uint64_t> BatchPlan::windows_of(std::uint64_t step, BatchSlice slice) const {
  const std::uint64_t first = (step % batches_per_epoch()) * global_batch_ + slice.first;
  const WindowOrder order(windows_, seed_, epoch_of(step));
  std::vector<std::uint64_t> windows(slice.count);
  for (std::uint64_t i = 0; i < slice.count; ++i) windows[i] = order.at(first + i);
  return windows;
}

BatchSlice BatchPlan::slice_of_rank(std::uint64_t rank, std::uint64_t world_size) const {
  const std::uint64_t first = global_batch_ * rank / world_size;
  const std::uint64_t last = global_batch_ * (rank + 1) / world_size;
  return {first, last - first};
}

std::vector<BatchSlice> micro_batches(BatchSlice slice, std::uint64_t micro_batch) {
  std::vector<BatchSlice> pieces;
  for (std::uint64_t done = 0; done < slice.count; done += micro_batch) {
    pieces.push_back({slice.first + done, std::min(micro_batch, slice.count - done)});
  }
  return pieces;
}

}  // namespace corpusmill
