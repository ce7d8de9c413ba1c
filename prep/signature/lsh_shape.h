// The banding of MinHash signatures: two documents become a candidate pair when all `rows` values
// of any of the `bands` agree (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4).
#pragma once

namespace corpusmill {

struct LshShape {
  static constexpr unsigned kPermutationsMax = 4096;

  unsigned bands = 16, rows = 7;

  unsigned permutations() const { return bands * rows; }

  // The S-curve: the probability that a pair of this Jaccard similarity becomes a candidate,
  // 1 - (1 - s^rows)^bands.
  double recall(double similarity) const;

  // The most rows with which a pair at the threshold is found with a probability of 0.95, and as
  // many bands as `permutations` (1 to kPermutationsMax) give then. 112 permutations: 16 x 7 at
  // 0.8, 22 x 5 at 0.7. With one row where no shape is that good.
  static LshShape for_threshold(double threshold, unsigned permutations);

  bool operator==(const LshShape&) const = default;
};

}  // namespace corpusmill
