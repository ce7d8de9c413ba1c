// When to leave the cache of units out: where text brings one new unit after the other, to look
// them up and to remember them takes longer than to merge them side by side.
#pragma once

#include <algorithm>
#include <cstddef>

namespace corpusmill {

// Of one thread. It has a say in the time that text takes, never in its ids.
class MissMeter {
 public:
  // A unit of so many bytes was not in the cache.
  void missed(std::size_t bytes) { missed_ += bytes; }
  // So many bytes of text went by way of the cache, those of missed() included.
  void looked_up(std::size_t bytes) {
    seen_ += bytes;
    if (seen_ < kSample) return;
    // Text that is merely new to the cache is learned meanwhile: only ever more of it is left out.
    const bool is_new = missed_ * kMissedShare > seen_;
    stretch_ = is_new ? std::clamp(2 * stretch_, kStretchMin, kStretchMax) : 0;
    left_ = stretch_;
    seen_ = missed_ = 0;
  }
  // Whether the next bytes should be merged without the cache.
  bool leaves_out() const { return left_ > 0; }
  void left_out(std::size_t bytes) { left_ -= std::min(left_, bytes); }

 private:
  static constexpr std::size_t kSample = 2048;    // bytes that a verdict takes
  static constexpr std::size_t kMissedShare = 3;  // one in so many
  static constexpr std::size_t kStretchMin = 2048, kStretchMax = std::size_t{64} << 10;

  std::size_t seen_ = 0, missed_ = 0;
  std::size_t stretch_ = 0;  // bytes left out at a time
  std::size_t left_ = 0;     // of the present stretch
};

}  // namespace corpusmill
