// A share of --memory that several parts of one phase draw on, first come, first served.
#pragma once

#include <cstdint>

namespace corpusmill {

// Not thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t bytes) : bytes_left_(bytes) {}
  // False, and nothing is taken, where less is left.
  bool take(std::uint64_t bytes) {
    if (bytes > bytes_left_) return false;
    bytes_left_ -= bytes;
    return true;
  }
  void give_back(std::uint64_t bytes) { bytes_left_ += bytes; }
  std::uint64_t bytes_left() const { return bytes_left_; }

 private:
  std::uint64_t bytes_left_;
};

}  // namespace corpusmill
