#include "prep/statistics/length_histogram.h"

#include <algorithm>
#include <vector>

namespace corpusmill {

LengthHistogram& LengthHistogram::operator+=(const LengthHistogram& other) {
  for (const auto& [length, documents] : other.documents_) documents_[length] += documents;
  return *this;
}

nlohmann::json LengthHistogram::to_json() const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> sorted(documents_.begin(), documents_.end());
  std::sort(sorted.begin(), sorted.end());
  std::uint64_t documents = 0, total = 0;
  for (const auto& [length, count] : sorted) {
    documents += count;
    total += length * count;
  }
  const auto percentile = [&](std::uint64_t percent) -> std::uint64_t {
    // ceil(documents * percent / 100), without a product that could overflow.
    const std::uint64_t rank = documents / 100 * percent + (documents % 100 * percent + 99) / 100;
    std::uint64_t seen = 0;
    for (const auto& [length, count] : sorted) {
      seen += count;
      if (seen >= rank) return length;
    }
    return 0;
  };
  const double mean =
      documents == 0 ? 0 : static_cast<double>(total) / static_cast<double>(documents);
  return {{"documents", documents},
          {"total", total},
          {"min", sorted.empty() ? 0 : sorted.front().first},
          {"mean", mean},
          {"p50", percentile(50)},
          {"p90", percentile(90)},
          {"p99", percentile(99)},
          {"max", sorted.empty() ? 0 : sorted.back().first}};
}

}  // namespace corpusmill
