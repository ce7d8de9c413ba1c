#include "train/batch_loader.h"

#include <span>
#include <stdexcept>

namespace corpusmill {

BatchLoader::BatchLoader(const TokenDataset& dataset, const BatchPlan& plan,
                         const LoaderOptions& options)
    : dataset_(dataset),
      plan_(plan),
      options_(options),
      pieces_(
          micro_batches(plan.slice_of_rank(options.rank, options.world_size), options.micro_batch)),
      thread_([this] { read_ahead(); }) {}

BatchLoader::~BatchLoader() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

TokenBatch BatchLoader::read(std::uint64_t step, BatchSlice piece) const {
  const std::size_t row_ids = options_.seq_len + 1;
  TokenBatch batch{step, piece.count, std::vector<std::int64_t>(piece.count * row_ids)};
  std::span<std::int64_t> out(batch.ids);
  for (const std::uint64_t window : plan_.windows_of(step, piece)) {
    dataset_.copy_window(window, out.first(row_ids));
    out = out.subspan(row_ids);
  }
  return batch;
}

bool BatchLoader::push(TokenBatch batch) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopping_ || queue_.size() < options_.queue_batches_max; });
  if (stopping_) return false;
  queue_.push_back(std::move(batch));
  lock.unlock();
  changed_.notify_all();
  return true;
}

void BatchLoader::read_ahead() {
  std::exception_ptr failure;
  try {
    for (std::uint64_t step = options_.first_step; step < options_.last_step; ++step) {
      for (const BatchSlice& piece : pieces_) {
        if (!push(read(step, piece))) return;
      }
    }
  } catch (...) {
    failure = std::current_exception();
  }
  {
    std::lock_guard lock(mutex_);
    finished_ = true;
    failure_ = failure;
  }
  changed_.notify_all();
}

TokenBatch BatchLoader::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return finished_ || !queue_.empty(); });
  if (queue_.empty()) {
    if (failure_) std::rethrow_exception(failure_);
    throw std::out_of_range("no batch after the last step");
  }
  TokenBatch batch = std::move(queue_.front());
  queue_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return batch;
}

}  // namespace corpusmill
