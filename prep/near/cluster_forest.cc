#include "prep/near/cluster_forest.h"

#include <algorithm>
#include <utility>

namespace corpusmill {

ClusterForest::ClusterForest(std::uint64_t members, MemoryBudget& budget,
                             const std::filesystem::path& tmp_dir)
    : parents_(budget, tmp_dir), sizes_(budget, tmp_dir) {
  for (std::uint64_t i = 0; i < members; ++i) parents_.push_back(static_cast<std::uint32_t>(i));
  sizes_.resize(members);
  parents_.finish();
  sizes_.finish();
}

std::uint32_t ClusterForest::first_of(std::uint32_t member) {
  while (parents_[member] != member) {
    parents_[member] = parents_[parents_[member]];
    member = parents_[member];
  }
  return member;
}

Cluster ClusterForest::cluster_of(std::uint32_t member) {
  const std::uint32_t first = first_of(member);
  return {first, std::max(sizes_[first], 1U)};
}

void ClusterForest::link(std::uint32_t a, std::uint32_t b) {
  std::uint32_t first = first_of(a), other = first_of(b);
  if (first == other) return;
  if (other < first) std::swap(first, other);
  sizes_[first] = std::max(sizes_[first], 1U) + std::max(sizes_[other], 1U);
  parents_[other] = first;
}

ClusterForest::Summary ClusterForest::summarize(std::size_t largest_max) {
  Summary summary;
  const auto is_larger = [](const Cluster& a, const Cluster& b) {
    return a.members != b.members ? a.members > b.members : a.first < b.first;
  };
  for (std::uint64_t i = 0; i < parents_.size(); ++i) {
    if (parents_[i] != i || sizes_[i] < 2) continue;
    const Cluster cluster{static_cast<std::uint32_t>(i), sizes_[i]};
    ++summary.clusters;
    summary.members += cluster.members;
    std::vector<Cluster>& largest = summary.largest;
    if (largest.size() == largest_max && !is_larger(cluster, largest.back())) continue;
    largest.insert(std::upper_bound(largest.begin(), largest.end(), cluster, is_larger), cluster);
    if (largest.size() > largest_max) largest.pop_back();
  }
  return summary;
}

}  // namespace corpusmill
