#include "prep/dedup/shingle_set.h"

#include <algorithm>
#include <cmath>

namespace corpusmill {
namespace {

double similarity_of(std::size_t common, std::size_t a, std::size_t b, SimilarityKind kind) {
  const std::size_t whole = kind == SimilarityKind::kJaccard ? a + b - common : std::min(a, b);
  return static_cast<double>(common) / static_cast<double>(whole);
}

// The least number of common elements that is similar enough; more than the smaller set has if
// there is none.
std::size_t common_needed(std::size_t a, std::size_t b, SimilarityKind kind, double at_least) {
  const double share = kind == SimilarityKind::kJaccard ? at_least / (1 + at_least) : at_least;
  const double of = static_cast<double>(kind == SimilarityKind::kJaccard ? a + b : std::min(a, b));
  const std::size_t most = std::min(a, b);
  std::size_t needed = std::min(most, static_cast<std::size_t>(std::max(0.0, share * of)));
  while (needed > 0 && similarity_of(needed - 1, a, b, kind) >= at_least) --needed;
  while (needed <= most && similarity_of(needed, a, b, kind) < at_least) ++needed;
  return needed;
}

}  // namespace

void make_shingle_set(std::vector<std::uint64_t>& hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

std::optional<double> similarity(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b,
                                 SimilarityKind kind, double at_least) {
  const std::size_t needed = common_needed(a.size(), b.size(), kind, at_least);
  if (needed > std::min(a.size(), b.size())) return std::nullopt;
  // Steps without branches on the data; what can still be common is looked at now and then.
  constexpr std::size_t kSteps = 64;
  std::size_t in_a = 0, in_b = 0, common = 0;
  while (in_a < a.size() && in_b < b.size()) {
    if (common + std::min(a.size() - in_a, b.size() - in_b) < needed) return std::nullopt;
    for (std::size_t step = 0; step < kSteps && in_a < a.size() && in_b < b.size(); ++step) {
      const std::uint64_t from_a = a[in_a], from_b = b[in_b];
      common += from_a == from_b;
      in_a += from_a <= from_b;
      in_b += from_b <= from_a;
    }
  }
  if (common < needed) return std::nullopt;
  return similarity_of(common, a.size(), b.size(), kind);
}

}  // namespace corpusmill
