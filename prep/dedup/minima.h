// MinHash signatures by fast similarity sketching (Dahlgaard, Knudsen, Thorup, FOCS 2017).
//
// Every value of the signature is a minimum over the set of shingles under a hash function of its
// own, so that two sets agree in a value with a probability of exactly their Jaccard similarity, as
// with as many permutations; but a shingle is hashed once, not once per permutation. In round r
// each shingle falls into one of the `count` bins with a 32-bit value; a bin keeps the least
// (round, value). Rounds go on until no bin is empty: one for a set of many more shingles than
// bins. Sets that leave bins empty after kRounds have them filled by a hash function per bin.
// Values that come from one round come from different shingles, which makes the estimate of the
// similarity a little better than independent permutations do (its variance is never above theirs).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "prep/dedup/window_hash.h"

namespace corpusmill::minima {

inline constexpr std::uint64_t kEmpty = ~std::uint64_t{0};
inline constexpr unsigned kRounds = 16;

// The hash of a shingle in a round; round 0 takes shingles' hashes as they are.
constexpr std::uint64_t hash_in_round(std::uint64_t shingle, unsigned round) {
  return round == 0 ? shingle : mix_bits(shingle + round * 0x9E3779B97F4A7C15U);
}

// One round over `shingles`; `signature` starts as all kEmpty. Repeats change nothing.
void throw_round(std::span<const std::uint64_t> shingles, unsigned round,
                 std::span<std::uint64_t> signature);

bool is_full(std::span<const std::uint64_t> signature);

// The rounds after the first, and the filling. `shingles` is the whole set, not empty.
void fill(std::span<const std::uint64_t> shingles, std::span<std::uint64_t> signature);

}  // namespace corpusmill::minima
