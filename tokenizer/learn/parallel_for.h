// A loop over independent pieces of work, on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace corpusmill {

// Calls body(worker, index) once for every index below `count`, on min(threads, count) threads, in
// no order; `worker` numbers the thread, from 0. Returns when all are done. After an exception no
// new index begins; the first one is rethrown.
template <class Body>
void parallel_for(int threads, std::size_t count, const Body& body) {
  const std::size_t workers = std::min<std::size_t>(threads < 1 ? 1 : threads, count);
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto work = [&](std::size_t worker) {
    try {
      for (std::size_t index = next++; index < count; index = next++) body(worker, index);
    } catch (...) {
      const std::scoped_lock lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (std::size_t worker = 1; worker < workers; ++worker) helpers.emplace_back(work, worker);
    if (workers > 0) work(0);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace corpusmill
