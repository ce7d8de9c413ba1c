// Sets of shingles and how alike they are: what decides about a pair that the band keys proposed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace corpusmill {

enum class SimilarityKind : std::uint8_t {
  kJaccard,      // |A and B| / |A or B|
  kContainment,  // |A and B| / min(|A|, |B|)
};

// Hashes of shingles, rising, none twice; never empty.
using ShingleSet = std::vector<std::uint64_t>;

// Sorts the hashes and removes repeats, in place.
void make_shingle_set(std::vector<std::uint64_t>& hashes);

// The similarity if it is at_least or more; none if it is less, which is found out without looking
// at everything. Exact: the two counts' quotient, rounded once.
std::optional<double> similarity(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b,
                                 SimilarityKind kind, double at_least = 0);

}  // namespace corpusmill
