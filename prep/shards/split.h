// Which documents are held out for validation.
#pragma once

#include <cstdint>

#include "common/manifest.h"

namespace corpusmill {

// Membership is a pure function of (seed, ordinal): the ordinal is the document's index among those
// that are written, so it depends on neither threads nor restarts nor compression.
class SplitRule {
 public:
  // `val_fraction` in [0, 1); throws Error(kUsage) otherwise.
  SplitRule(double val_fraction, std::uint64_t seed);
  // XXH3-64 of the ordinal's 8 little-endian bytes, keyed by the seed, below fraction * 2^64.
  Split of(std::uint64_t ordinal) const;

 private:
  std::uint64_t threshold_;
  std::uint64_t seed_;
};

}  // namespace corpusmill
