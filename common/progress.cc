#include "common/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

#include "common/progress_line.h"

namespace corpusmill {

using Clock = std::chrono::steady_clock;

struct Progress::Painter {
  Painter(const Progress& progress, std::string label, std::uint64_t bytes_total)
      : progress_(progress),
        label_(std::move(label)),
        bytes_total_(bytes_total),
        on_terminal_(isatty(STDERR_FILENO) == 1),
        thread_([this] { run(); }) {}

  ~Painter() {
    {
      const std::lock_guard lock(mutex_);
      finished_ = true;
    }
    wake_.notify_one();
    thread_.join();
    if (on_terminal_ && painted_) fmt::print(stderr, "\r\033[K");
  }

  void run() {
    const auto interval = on_terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(10);
    std::unique_lock lock(mutex_);
    auto next = Clock::now() + interval;
    while (!wake_.wait_until(lock, next, [this] { return finished_; })) {
      paint();
      next += interval;
    }
  }

  void paint() {
    ProgressState state;
    state.bytes = progress_.bytes_.load(std::memory_order_relaxed);
    state.documents = progress_.documents_.load(std::memory_order_relaxed);
    state.drops = progress_.drops_.load(std::memory_order_relaxed);
    state.bytes_total = bytes_total_;
    state.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    if (on_terminal_) {
      fmt::print(stderr, "\r{}\033[K", progress_bar(label_, state, terminal_columns()));
    } else {
      fmt::print(stderr, "{}\n", progress_line(label_, state));
    }
    std::fflush(stderr);
    painted_ = true;
  }

  const Progress& progress_;
  const std::string label_;
  const std::uint64_t bytes_total_;
  const bool on_terminal_;
  const Clock::time_point begin_ = Clock::now();
  std::mutex mutex_;
  std::condition_variable wake_;
  bool finished_ = false;
  bool painted_ = false;
  std::thread thread_;  // last: it uses all of the above
};

Progress::Progress(std::string label, std::uint64_t bytes_total, bool quiet) {
  if (!quiet) painter_ = std::make_unique<Painter>(*this, std::move(label), bytes_total);
}

Progress::~Progress() = default;

}  // namespace corpusmill
