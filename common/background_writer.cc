#include "common/background_writer.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "common/huge_array.h"

namespace corpusmill {
namespace {

constexpr std::size_t kWaitingMax = 2;  // pieces

}  // namespace

struct BackgroundWriter::State {
  explicit State(AtomicFile& given) : file(given) {}

  void hand_over();
  void run();
  void stop();

  AtomicFile& file;
  HugeArray<char> piece;  // being filled
  std::size_t used = 0;

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<HugeArray<char>> waiting, idle;  // the first one comes first
  bool ended = false;
  std::exception_ptr failure;
  std::optional<std::thread> thread;
};

void BackgroundWriter::State::hand_over() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return waiting.size() < kWaitingMax || failure; });
  if (failure) std::rethrow_exception(failure);
  waiting.push_back(std::exchange(piece, {}));
  used = 0;
  if (!idle.empty()) {
    piece = std::move(idle.back());
    idle.pop_back();
  }
  lock.unlock();
  if (!thread) thread.emplace([this] { run(); });
  changed.notify_all();
}

// The writing thread's. A piece stays among the waiting ones until it is written.
void BackgroundWriter::State::run() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return !waiting.empty() || ended; });
    if (waiting.empty()) return;
    const std::string_view bytes(waiting.front().data(), kPieceBytes);
    lock.unlock();
    std::exception_ptr thrown;
    try {
      file.write(bytes);
    } catch (...) {
      thrown = std::current_exception();
    }
    lock.lock();
    idle.push_back(std::move(waiting.front()));
    waiting.erase(waiting.begin());
    if (thrown) {
      failure = thrown;
      waiting.clear();
    }
    changed.notify_all();
    if (failure) return;
  }
}

// Behind what is waiting.
void BackgroundWriter::State::stop() {
  if (!thread) return;
  {
    const std::lock_guard lock(mutex);
    ended = true;
  }
  changed.notify_all();
  thread->join();
  thread.reset();
}

BackgroundWriter::BackgroundWriter(AtomicFile& file) : state_(std::make_unique<State>(file)) {}

BackgroundWriter::~BackgroundWriter() {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->waiting.size() > 1) state_->waiting.resize(1);
  }
  state_->stop();
}

void BackgroundWriter::write(std::string_view bytes) {
  State& state = *state_;
  while (!bytes.empty()) {
    if (state.piece.size() == 0) state.piece = HugeArray<char>(kPieceBytes);
    const std::size_t taken = std::min(bytes.size(), kPieceBytes - state.used);
    std::memcpy(state.piece.data() + state.used, bytes.data(), taken);
    state.used += taken;
    bytes.remove_prefix(taken);
    if (state.used == kPieceBytes) state.hand_over();
  }
}

void BackgroundWriter::finish() {
  State& state = *state_;
  state.stop();
  if (state.failure) std::rethrow_exception(state.failure);
  state.file.write({state.piece.data(), std::exchange(state.used, 0)});
}

}  // namespace corpusmill
