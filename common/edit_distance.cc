#include "common/edit_distance.h"

#include <algorithm>
#include <numeric>

namespace corpusmill {

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before_last(right.size() + 1), last(right.size() + 1),
      row(right.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t substitution = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substitution});
      const bool swapped =
          i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[right.size()];
}

std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates) {
  std::string nearest;
  std::size_t nearest_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < nearest_distance && distance < std::max(word.size(), candidate.size())) {
      nearest = candidate;
      nearest_distance = distance;
    }
  }
  if (!nearest.empty() || word.size() < 2) return nearest;
  const auto completion =
      std::find_if(candidates.begin(), candidates.end(),
                   [word](const std::string& name) { return name.find(word) != name.npos; });
  return completion == candidates.end() ? "" : *completion;
}

}  // namespace corpusmill
