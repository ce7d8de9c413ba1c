#include "prep/shards/split.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <cmath>

#include "common/error.h"

namespace corpusmill {

SplitRule::SplitRule(double val_fraction, std::uint64_t seed) : seed_(seed) {
  if (!(val_fraction >= 0.0 && val_fraction < 1.0)) {
    throw Error(
        ExitCode::kUsage,
        fmt::format("--val-fraction is {}; it must be at least 0 and below 1", val_fraction));
  }
  threshold_ = static_cast<std::uint64_t>(std::ldexp(val_fraction, 64));
}

Split SplitRule::of(std::uint64_t ordinal) const {
  if (threshold_ == 0) return Split::kTrain;
  std::array<unsigned char, 8> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<unsigned char>(ordinal >> (8 * i));
  }
  const std::uint64_t hash = XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed_);
  return hash < threshold_ ? Split::kValidation : Split::kTrain;
}

}  // namespace corpusmill
