#include "tests/reference/textbook_bpe.h"

#include <map>

namespace corpusmill::reference {
namespace {

using Ids = std::vector<std::uint32_t>;

Ids join_everywhere(const Ids& ids, const Merge& merge) {
  Ids joined;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i + 1 < ids.size() && ids[i] == merge.left && ids[i + 1] == merge.right) {
      joined.push_back(merge.result);
      ++i;
    } else {
      joined.push_back(ids[i]);
    }
  }
  return joined;
}

bool join_leftmost(Ids& ids, const Merge& merge) {
  for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
    if (ids[i] != merge.left || ids[i + 1] != merge.right) continue;
    ids[i] = merge.result;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    return true;
  }
  return false;
}

}  // namespace

Ids apply_merges(Ids ids, const std::vector<Merge>& merges) {
  for (std::size_t rank = 0; rank < merges.size();) {
    rank = join_leftmost(ids, merges[rank]) ? 0 : rank + 1;
  }
  return ids;
}

Ids apply_ranked_merges(Ids ids, const std::vector<RankedMerge>& merges) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, RankedMerge> by_pair;
  for (const RankedMerge& merge : merges) by_pair[{merge.left, merge.right}] = merge;
  for (;;) {
    const RankedMerge* best = nullptr;
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const auto found = by_pair.find({ids[i], ids[i + 1]});
      if (found == by_pair.end()) continue;
      if (best != nullptr && best->rank <= found->second.rank) continue;
      best = &found->second;
      at = i;
    }
    if (best == nullptr) return ids;
    ids[at] = best->result;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
}

std::vector<Merge> learn_merges(std::vector<std::pair<Ids, std::uint64_t>> words,
                                std::uint32_t first_new_id, const LearnLimits& limits) {
  std::vector<Merge> merges;
  const auto length = [&](auto&& self, std::uint32_t id) -> std::size_t {
    if (id < first_new_id) return 1;
    const Merge& merge = merges[id - first_new_id];
    return self(self, merge.left) + self(self, merge.right);
  };
  while (merges.size() < limits.merges_max) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> counts;
    for (const auto& [ids, count] : words) {
      for (std::size_t i = 0; i + 1 < ids.size(); ++i) counts[{ids[i], ids[i + 1]}] += count;
    }
    auto best = counts.end();
    for (auto it = counts.begin(); it != counts.end(); ++it) {
      const std::size_t joined = length(length, it->first.first) + length(length, it->first.second);
      if (joined > 2 && joined > limits.length_max) continue;
      if (it->second < limits.count_min) continue;
      if (best == counts.end() || it->second > best->second) best = it;
    }
    if (best == counts.end()) break;
    const auto new_id = static_cast<std::uint32_t>(first_new_id + merges.size());
    merges.push_back({best->first.first, best->first.second, new_id});
    for (auto& [ids, count] : words) ids = join_everywhere(ids, merges.back());
  }
  return merges;
}

}  // namespace corpusmill::reference
