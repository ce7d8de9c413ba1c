// Progress of long work on standard error: a bar with rate, ETA and drops on a terminal, a plain
// line every 10 seconds elsewhere, nothing with --quiet. Mains and commands make one; library code
// only adds to its counters, from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace corpusmill {

class Progress {
 public:
  // `bytes_total` 0: unknown (stdin), so no bar and no ETA.
  Progress(std::string label, std::uint64_t bytes_total, bool quiet);
  ~Progress();  // erases the bar
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add_bytes(std::uint64_t count) { bytes_.fetch_add(count, std::memory_order_relaxed); }
  void add_documents(std::uint64_t count) {
    documents_.fetch_add(count, std::memory_order_relaxed);
  }
  void add_drops(std::uint64_t count) { drops_.fetch_add(count, std::memory_order_relaxed); }

 private:
  struct Painter;  // the thread that redraws
  std::atomic<std::uint64_t> bytes_{0}, documents_{0}, drops_{0};
  std::unique_ptr<Painter> painter_;
};

}  // namespace corpusmill
