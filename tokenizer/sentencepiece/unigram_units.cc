#include "tokenizer/sentencepiece/unigram_units.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace corpusmill {
namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();
constexpr double kHalfUnit = 1.0 / (1 << 24);  // in the last place, relative to the magnitude
constexpr double kRebaseBeyond = 100'000;
// For the rounding of M itself, of D in double and of the limit.
constexpr double kSlack = 0.999;

}  // namespace

void UnigramUnitMeasure::run(const UnigramTable& table, const std::string& text, std::size_t begin,
                             std::size_t end, std::vector<std::uint32_t>& words) {
  const std::size_t size = end - begin;
  arrivals_.assign(size + 1, {kMinusInfinity, kMinusInfinity, 0});
  arrivals_[0].best = 0;
  double magnitude = 0;
  for (std::size_t at = 0; at < size;) {
    const double before = arrivals_[at].best;
    at += table.steps_from(text, begin + at, end,
                           [&](std::size_t bytes, float piece, std::uint32_t step) {
                             const double sum = before + static_cast<double>(piece);
                             magnitude = std::max(magnitude, std::fabs(sum));
                             Arrival& arrival = arrivals_[at + bytes];
                             if (sum > arrival.best) {
                               arrival = {sum, arrival.best, step};
                             } else {
                               arrival.second = std::max(arrival.second, sum);
                             }
                           });
  }
  double margin = std::numeric_limits<double>::infinity();
  bool has_unknown = false;
  path_.clear();
  for (std::size_t at = size; at > 0; at -= table.step_bytes(path_.back())) {
    const Arrival& arrival = arrivals_[at];
    margin = std::min(margin, arrival.best - arrival.second);
    has_unknown = has_unknown || (arrival.step & UnigramTable::kUnknownStep) != 0;
    path_.push_back(arrival.step);
  }
  // margin > 2 * (size + 1) * M * kHalfUnit with M = |s| + magnitude.
  const double sums_max = margin / (2.0 * static_cast<double>(size + 1) * kHalfUnit);
  const double limit = kSlack * std::min(sums_max, kRebaseBeyond) - magnitude;
  const bool one_unknown = has_unknown && path_.size() == 1;
  if (limit > 0 && one_unknown) {
    words.push_back(UnigramUnit{static_cast<float>(limit), 0}.word());
    return;
  }
  if (limit <= 0 || has_unknown || path_.size() > UnigramUnit::kIdsMax) {
    words.push_back(UnigramUnit{0, 0}.word());
    return;
  }
  const auto id_count = static_cast<std::uint32_t>(path_.size());
  words.push_back(UnigramUnit{static_cast<float>(limit), id_count}.word());
  for (std::size_t i = path_.size(); i-- > 0;) words.push_back(table.pieces[path_[i]].id);
}

}  // namespace corpusmill
