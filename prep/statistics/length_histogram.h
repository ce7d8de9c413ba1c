// An exact distribution of lengths: how many documents have each length. Its size is the number of
// distinct lengths, so memory stays far below one word per document.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <unordered_map>

namespace corpusmill {

// Not thread-safe; each thread keeps its own and they are added up: the order does not matter.
class LengthHistogram {
 public:
  void add(std::uint64_t length) { ++documents_[length]; }
  LengthHistogram& operator+=(const LengthHistogram& other);

  // {"documents", "total", "min", "mean", "p50", "p90", "p99", "max"}. pN is the smallest length
  // that at least N % of the documents do not exceed. All zero where there are no documents.
  nlohmann::json to_json() const;

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> documents_;
};

}  // namespace corpusmill
