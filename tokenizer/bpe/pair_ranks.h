// The ranks of pairs of ids, by a perfect hash: a look-up reads one displacement and one slot,
// whether the pair is there or not, so that vectors can do sixteen at once (merge_lanes.cc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "common/huge_array.h"
#include "common/token_id.h"

namespace corpusmill {

// Const after construction, safe from any number of threads.
class PairRanks {
 public:
  using Rank = std::uint32_t;
  static constexpr unsigned kIdBits = 22, kRankBits = 20;
  static constexpr TokenId kIdsMax = TokenId{1} << kIdBits;
  static constexpr Rank kNone = (Rank{1} << kRankBits) - 1;  // the pair has none

  struct Entry {
    TokenId left, right;  // below kIdsMax
    Rank rank;            // below kNone
  };

  // Of a repeated pair the last entry counts. Throws Error kMismatch if no hash could be found,
  // which only entries made for that bring about.
  explicit PairRanks(std::span<const Entry> entries = {});

  // For any ids.
  Rank find(TokenId left, TokenId right) const {
    const std::uint64_t slot = slots_[slot_of(left, right)];
    return slot >> kRankBits == pair_of(left, right) ? kNone - static_cast<Rank>(slot & kNone)
                                                     : kNone;
  }

 private:
  friend struct MergeLanes;
  // Sums of products of 32 bits. What the matrix makes of two pairs of 32-bit ids differs, for its
  // determinant is odd.
  static constexpr std::uint32_t kBucketLeft = 0x9E3779B1, kBucketRight = 0x85EBCA6A,
                                 kSlotLeft = 0xC2B2AE3C, kSlotRight = 0x27D4EB2F;
  static_assert((kBucketLeft * kSlotRight - kBucketRight * kSlotLeft) % 2 == 1);
  static constexpr std::size_t kDisplacements = 256;
  static constexpr std::size_t kReadAhead = 3;  // four displacements can be read from any

  // More bits than any slot has where an id is too large.
  static std::uint64_t pair_of(TokenId left, TokenId right) {
    return std::uint64_t{left} << kIdBits | right | std::uint64_t{right >> kIdBits} << 2 * kIdBits;
  }
  std::uint32_t bucket_hash(TokenId left, TokenId right) const {
    return left * kBucketLeft + right * kBucketRight;
  }
  // By the displacement of its bucket.
  std::size_t slot_at(TokenId left, TokenId right, std::uint32_t displacement) const {
    const std::uint32_t hash =
        left * kSlotLeft + right * kSlotRight + bucket_hash(left, right) * displacement;
    return hash >> slot_shift_;
  }
  std::size_t slot_of(TokenId left, TokenId right) const {
    const std::uint32_t bucket = bucket_hash(left, right) >> bucket_shift_;
    return slot_at(left, right, displacements_[bucket]);
  }
  class TakenSlots;
  bool build(std::span<const Entry> entries, unsigned slot_bits, unsigned bucket_bits);
  bool place_bucket(std::span<const Entry> members, std::size_t bucket, TakenSlots& taken);

  // The pair and kNone - rank; 0 if empty.
  HugeArray<std::uint64_t> slots_;
  HugeArray<std::uint8_t> displacements_;
  unsigned slot_shift_ = 0, bucket_shift_ = 0;
};

}  // namespace corpusmill
