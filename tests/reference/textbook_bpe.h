// Byte-pair encoding as the textbook has it: slow, obvious, and only for tests to compare with.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace corpusmill::reference {

struct Merge {
  std::uint32_t left, right, result;
};

// Again and again: of all adjacent pairs that are in the list, the one that stands first in it is
// joined, at its leftmost place.
std::vector<std::uint32_t> apply_merges(std::vector<std::uint32_t> ids,
                                        const std::vector<Merge>& merges);

struct RankedMerge {
  std::uint32_t left, right, result, rank;
};

// Again and again: of all adjacent pairs that are in the list, one of lowest rank is joined, the
// leftmost of those. Of a pair that is listed twice the last counts.
std::vector<std::uint32_t> apply_ranked_merges(std::vector<std::uint32_t> ids,
                                               const std::vector<RankedMerge>& merges);

struct LearnLimits {
  std::size_t merges_max = 0;
  std::uint64_t count_min = 1;    // of a pair that is merged
  std::size_t length_max = 1000;  // of a result in first ids; two of them always go together
};

// Words (ids and count) to merges: again and again all pairs are counted afresh, and the most
// frequent that the limits allow (of equals the smallest) becomes the next id, from `first_new_id`
// on, everywhere.
std::vector<Merge> learn_merges(
    std::vector<std::pair<std::vector<std::uint32_t>, std::uint64_t>> words,
    std::uint32_t first_new_id, const LearnLimits& limits);

}  // namespace corpusmill::reference
