// The order in which an epoch visits its windows: a permutation that is a pure function of (seed,
// epoch), holds no table and seeks in constant time.
//
// A balanced Feistel network over the smallest even number of bits that holds every index, walked
// until the value falls inside the range (cycle walking; fewer than four walks on average). Round
// function and key schedule are splitmix64's finalizer (Steele, Lea, Flood: Fast Splittable
// Pseudorandom Number Generators, 2014). docs/training.md, "Data order", is the specification: a
// change here changes every training run.
#pragma once

#include <array>
#include <cstdint>

namespace corpusmill {

class WindowOrder {
 public:
  // Of `count` windows (at least one).
  WindowOrder(std::uint64_t count, std::uint64_t seed, std::uint64_t epoch);

  // The window at place `index` < count of the epoch; every window has one place.
  std::uint64_t at(std::uint64_t index) const;
  std::uint64_t count() const { return count_; }

 private:
  static constexpr int kRounds = 8;
  std::uint64_t permute(std::uint64_t value) const;

  std::uint64_t count_;
  unsigned half_bits_;
  std::uint64_t half_mask_;
  std::array<std::uint64_t, kRounds> keys_{};
};

}  // namespace corpusmill
