// The learning rate as a pure function of the step.
#pragma once

#include <cstdint>
#include <string_view>

namespace corpusmill {

enum class LrDecay : std::uint8_t { kCosine, kLinear, kConstant };

std::string_view lr_decay_name(LrDecay decay);  // "cosine", "linear", "constant"
LrDecay parse_lr_decay(std::string_view name);  // throws Error(kUsage)

struct LrSchedule {
  LrDecay decay = LrDecay::kCosine;
  double peak = 5e-4;
  double final_ratio = 0.1;       // the rate at the end, as a part of the peak
  std::int64_t warmup_steps = 0;  // optimizer steps
  std::int64_t total_steps = 0;   // optimizer steps, warmup included

  // Throws Error(kUsage) naming the first contradiction.
  void validate() const;
  bool operator==(const LrSchedule&) const = default;
};

// The rate of optimizer step `step`, counted from 0. Warmup: peak * (step + 1) / warmup_steps, so
// the first update is not wasted. Then, with t running from 0 at the first step after warmup to 1
// at total_steps: cosine final + (peak - final) * (1 + cos(pi t)) / 2, linear final + (peak -
// final) * (1 - t), constant peak. Past the end the rate stays at that of the end.
double learning_rate_at(std::int64_t step, const LrSchedule& schedule);

}  // namespace corpusmill
