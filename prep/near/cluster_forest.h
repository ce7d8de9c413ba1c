// Clusters of verified pairs: who is linked to whom, over any number of links. For the report and
// the guard alone; nothing is removed for being in a cluster.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "common/memory_budget.h"
#include "common/scratch_column.h"

namespace corpusmill {

struct Cluster {
  std::uint32_t first = 0;  // its smallest member
  std::uint64_t members = 0;
  bool operator==(const Cluster&) const = default;
};

// Union-find; the root of a tree is its smallest member. Not thread-safe.
class ClusterForest {
 public:
  ClusterForest(std::uint64_t members, MemoryBudget& budget, const std::filesystem::path& tmp_dir);

  void link(std::uint32_t a, std::uint32_t b);
  Cluster cluster_of(std::uint32_t member);  // of one member, where it has no link

  struct Summary {
    std::uint64_t clusters = 0, members = 0;
    std::vector<Cluster> largest;  // first the largest; of equal ones, the one that begins first
  };
  // Of the clusters of two members and more.
  Summary summarize(std::size_t largest_max);

 private:
  std::uint32_t first_of(std::uint32_t member);

  ScratchColumn<std::uint32_t> parents_;
  ScratchColumn<std::uint32_t> sizes_;  // of the trees, at their roots; 0 stands for 1
};

}  // namespace corpusmill
