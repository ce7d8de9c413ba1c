// Which windows a step trains on. Pure functions: nothing is stored but the numbers below, so any
// step can be asked for in any order, by any number of ranks.
#pragma once

#include <cstdint>
#include <vector>

#include "train/window_order.h"

namespace corpusmill {

// A rank's part of a global batch: places [first, first + count).
struct BatchSlice {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  bool operator==(const BatchSlice&) const = default;
};

class BatchPlan {
 public:
  // `windows` in an epoch, `global_batch` windows in a step. Throws Error(kUsage) when an epoch
  // does not fill one global batch.
  BatchPlan(std::uint64_t windows, std::uint64_t global_batch, std::uint64_t seed);

  // Whole global batches in an epoch. The windows at the last (windows % global_batch) places of
  // an epoch's order are left out of that epoch; the next epoch's order is another.
  std::uint64_t batches_per_epoch() const { return windows_ / global_batch_; }
  std::uint64_t dropped_windows() const { return windows_ % global_batch_; }
  std::uint64_t global_batch() const { return global_batch_; }
  std::uint64_t windows() const { return windows_; }

  std::uint64_t epoch_of(std::uint64_t step) const { return step / batches_per_epoch(); }

  // Windows at the places of `slice` in the global batch of `step` (steps count from 0).
  std::vector<std::uint64_t> windows_of(std::uint64_t step, BatchSlice slice) const;

  // Rank `rank` of `world_size`: contiguous, in rank order, sizes equal up to one.
  BatchSlice slice_of_rank(std::uint64_t rank, std::uint64_t world_size) const;

 private:
  std::uint64_t windows_;
  std::uint64_t global_batch_;
  std::uint64_t seed_;
};

// `slice` cut into pieces of at most `micro_batch` windows.
std::vector<BatchSlice> micro_batches(BatchSlice slice, std::uint64_t micro_batch);

}  // namespace corpusmill
