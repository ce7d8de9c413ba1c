#include "train/token_sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "common/error.h"

namespace corpusmill {
namespace {

TokenId likeliest(std::span<const float> logits) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (std::isnan(logits[i])) throw Error(ExitCode::kNonFinite, "the model's logits hold NaN");
    if (logits[i] > logits[best]) best = i;
  }
  if (!std::isfinite(logits[best])) {
    throw Error(ExitCode::kNonFinite, "the model's logits are not finite");
  }
  return static_cast<TokenId>(best);
}

}  // namespace

void SamplerOptions::validate() const {
  if (!(temperature >= 0) || !std::isfinite(temperature)) {
    throw Error(ExitCode::kUsage, fmt::format("a temperature of {} is below 0", temperature));
  }
  if (top_k < 0) throw Error(ExitCode::kUsage, fmt::format("top-k {} is below 0", top_k));
  if (!(top_p > 0 && top_p <= 1)) {
    throw Error(ExitCode::kUsage, fmt::format("top-p {} is not above 0 and at most 1", top_p));
  }
}

TokenSampler::TokenSampler(const SamplerOptions& options)
    : options_(options), random_(options.seed) {
  options_.validate();
}

TokenId TokenSampler::sample(std::span<const float> logits) {
  const TokenId best = likeliest(logits);
  if (options_.temperature == 0) return best;
  candidates_.clear();
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double difference = static_cast<double>(logits[i]) - static_cast<double>(logits[best]);
    candidates_.push_back({static_cast<TokenId>(i), std::exp(difference / options_.temperature)});
  }
  std::sort(candidates_.begin(), candidates_.end(), [&](const Candidate& a, const Candidate& b) {
    return logits[a.id] != logits[b.id] ? logits[a.id] > logits[b.id] : a.id < b.id;
  });
  if (options_.top_k > 0 && static_cast<std::size_t>(options_.top_k) < candidates_.size()) {
    candidates_.resize(static_cast<std::size_t>(options_.top_k));
  }
  double total = 0;
  for (const Candidate& candidate : candidates_) total += candidate.probability;
  double kept = 0;
  std::size_t count = 0;
  while (count < candidates_.size() && (count == 0 || kept < options_.top_p * total)) {
    kept += candidates_[count++].probability;
  }
  // 53 bits, so that the draw is the same with every standard library.
  const double draw = static_cast<double>(random_() >> 11) * 0x1p-53 * kept;
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += candidates_[i].probability;
    if (draw < sum) return candidates_[i].id;
  }
  return candidates_[count - 1].id;
}

}  // namespace corpusmill
