// Picks the next token from logits. The same seed and the same logits give the same tokens.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

struct SamplerOptions {
  double temperature = 0.8;  // 0: always the likeliest
  std::int64_t top_k = 0;    // only the k likeliest; 0: all
  double top_p = 1.0;        // then the fewest likeliest that together have probability top_p
  std::uint64_t seed = 42;
  // Throws Error(kUsage) naming the first value out of range.
  void validate() const;
};

class TokenSampler {
 public:
  explicit TokenSampler(const SamplerOptions& options);
  // Among equal logits the lower id is the likelier one. Throws Error(kNonFinite) if a logit is NaN
  // or the largest is not finite.
  TokenId sample(std::span<const float> logits);

 private:
  struct Candidate {
    TokenId id;
    double probability;
  };

  SamplerOptions options_;
  std::mt19937_64 random_;
  std::vector<Candidate> candidates_;  // scratch
};

}  // namespace corpusmill
