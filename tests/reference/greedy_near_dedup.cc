#include "tests/reference/greedy_near_dedup.h"

#include <algorithm>

namespace corpusmill::textbook {

std::vector<std::size_t> remove_near_duplicates(
    const std::vector<std::size_t>& order,
    const std::function<bool(std::size_t, std::size_t)>& proposed,
    const std::function<double(std::size_t, std::size_t)>& similarity, double threshold) {
  std::vector<std::size_t> of(order.size());
  std::vector<std::size_t> kept;  // by number
  for (const std::size_t document : order) {
    of[document] = document;
    double most = 0;
    for (const std::size_t other : kept) {
      if (!proposed(document, other)) continue;
      const double alike = similarity(document, other);
      if (alike < threshold || alike <= most) continue;
      most = alike;
      of[document] = other;
    }
    if (of[document] == document) {
      kept.insert(std::upper_bound(kept.begin(), kept.end(), document), document);
    }
  }
  return of;
}

}  // namespace corpusmill::textbook
