#include "train/lr_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "common/error.h"

namespace corpusmill {

std::string_view lr_decay_name(LrDecay decay) {
  switch (decay) {
    case LrDecay::kCosine:
      return "cosine";
    case LrDecay::kLinear:
      return "linear";
    case LrDecay::kConstant:
      return "constant";
  }
  throw Error(ExitCode::kInternal, "lr_decay_name: not an LrDecay");
}

LrDecay parse_lr_decay(std::string_view name) {
  for (const LrDecay decay : {LrDecay::kCosine, LrDecay::kLinear, LrDecay::kConstant}) {
    if (name == lr_decay_name(decay)) return decay;
  }
  throw Error(
      ExitCode::kUsage,
      fmt::format("learning-rate schedule \"{}\" is not one of cosine, linear, constant", name));
}

void LrSchedule::validate() const {
  const auto require = [](bool holds, const std::string& message) {
    if (!holds) throw Error(ExitCode::kUsage, "learning-rate schedule: " + message);
  };
  require(peak > 0 && std::isfinite(peak), fmt::format("a peak of {} is not above 0", peak));
  require(final_ratio >= 0 && final_ratio <= 1,
          fmt::format("a final ratio of {} is not between 0 and 1", final_ratio));
  require(warmup_steps >= 0, fmt::format("{} warmup steps", warmup_steps));
  require(total_steps >= 1, fmt::format("{} steps in all", total_steps));
  require(warmup_steps < total_steps,
          fmt::format("{} warmup steps of {} in all leave none for the rest", warmup_steps,
                      total_steps));
}

double learning_rate_at(std::int64_t step, const LrSchedule& schedule) {
  if (step < schedule.warmup_steps) {
    return schedule.peak * static_cast<double>(step + 1) /
           static_cast<double>(schedule.warmup_steps);
  }
  if (schedule.decay == LrDecay::kConstant) return schedule.peak;
  const double length = static_cast<double>(schedule.total_steps - schedule.warmup_steps);
  const double t =
      std::min(1.0, static_cast<double>(step - schedule.warmup_steps) / std::max(1.0, length));
  const double part =
      schedule.decay == LrDecay::kCosine ? 0.5 * (1.0 + std::cos(std::numbers::pi * t)) : 1.0 - t;
  const double last = schedule.peak * schedule.final_ratio;
  return last + (schedule.peak - last) * part;
}

}  // namespace corpusmill
