// Reads micro-batches ahead of the trainer, on one thread, through a bounded queue. The batches and
// their order are a pure function of the plan: the thread changes only when they are read.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "train/batch_plan.h"
#include "train/token_dataset.h"

namespace corpusmill {

// `rows` windows of `seq_len` + 1 ids, row after row.
struct TokenBatch {
  std::uint64_t step = 0;
  std::uint64_t rows = 0;
  std::vector<std::int64_t> ids;
};

struct LoaderOptions {
  std::uint64_t seq_len = 0;
  std::uint64_t micro_batch = 0;  // windows per batch; the last of a step may be smaller
  std::uint64_t first_step = 0;   // steps [first_step, last_step)
  std::uint64_t last_step = 0;
  std::uint64_t rank = 0;
  std::uint64_t world_size = 1;
  std::size_t queue_batches_max = 4;
};

class BatchLoader {
 public:
  // `dataset` outlives the loader.
  BatchLoader(const TokenDataset& dataset, const BatchPlan& plan, const LoaderOptions& options);
  ~BatchLoader();  // stops the thread
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  // Micro-batches of this rank in each step.
  std::size_t batches_per_step() const { return pieces_.size(); }

  // The next batch, waiting if need be. Rethrows what reading threw. Throws std::out_of_range after
  // the last one. One thread calls it.
  TokenBatch next();

 private:
  void read_ahead();
  bool push(TokenBatch batch);  // false: the loader is being destroyed
  TokenBatch read(std::uint64_t step, BatchSlice piece) const;

  const TokenDataset& dataset_;
  const BatchPlan plan_;
  const LoaderOptions options_;
  const std::vector<BatchSlice> pieces_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<TokenBatch> queue_;  // guarded by mutex_, as are the three below
  bool finished_ = false;
  bool stopping_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  // last: starts when everything else is there
};

}  // namespace corpusmill
