// MinHash signatures with one hash per shingle: one permutation hashing (Li, Owen, Zhang, NIPS
// 2012), where a bin that no shingle falls into takes its minimum under a permutation of its own.
//
// A shingle falls into one bin by the upper half of its hash and counts there with the lower half;
// a bin's value is the least. Two sets agree in a bin with a probability of exactly their Jaccard
// similarity, whatever their sizes: the least of the union, in whichever of the two ways, belongs
// to both or to one. Values of different bins come from different shingles, so that the estimate's
// variance is not above that of as many independent permutations (densification by a second round
// of hashing is the idea of Dahlgaard, Knudsen, Thorup, FOCS 2017).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "prep/signature/sketch_kernels.h"

namespace corpusmill {

// The signature of a set of shingles, in pieces. Const and thread-safe.
class MinimaFamily {
 public:
  static constexpr std::uint32_t kEmpty = sketch::kEmpty;

  explicit MinimaFamily(std::size_t bins, const sketch::Kernels& kernels = sketch::kernels());

  std::size_t bins() const { return multipliers_.size(); }

  // `signature` has a value per bin and starts as all kEmpty. Called for any pieces of the set, in
  // any order; repeats change nothing.
  void add(std::span<const std::uint64_t> shingles, std::span<std::uint32_t> signature) const;

  static bool has_empty(std::span<const std::uint32_t> signature);

  // Behind add() of the whole set, with the whole set.
  void fill(std::span<const std::uint64_t> shingles, std::span<std::uint32_t> signature) const;

 private:
  const sketch::Kernels* kernels_;
  std::vector<std::uint32_t> multipliers_, addends_;
};

}  // namespace corpusmill
