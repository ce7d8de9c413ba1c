#include "common/stop_signal.h"

#include <fmt/format.h>

#include <atomic>
#include <csignal>

#include "common/error.h"

namespace corpusmill {
namespace {

std::atomic<int> requested_signal{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler writes it");

void on_stop_signal(int signal_number) {
  if (requested_signal.exchange(signal_number) == 0) return;
  // Asked twice: end at once, as the signal would have without us.
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

}  // namespace

void install_stop_signals() {
  struct sigaction action = {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction current = {};
    sigaction(signal_number, nullptr, &current);
    // nohup and background jobs ignore some of these on purpose.
    if (current.sa_handler != SIG_IGN) sigaction(signal_number, &action, nullptr);
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

bool stop_requested() {
  return requested_signal.load(std::memory_order_relaxed) != 0;
}

void throw_if_stop_requested() {
  const int signal_number = requested_signal.load(std::memory_order_relaxed);
  if (signal_number == 0) return;
  throw Error(ExitCode::kStopped,
              fmt::format("stopped by signal {}; the same command continues", signal_number));
}

void request_stop(int signal_number) {
  requested_signal.store(signal_number);
}

void clear_stop_request() {
  requested_signal.store(0);
}

}  // namespace corpusmill
