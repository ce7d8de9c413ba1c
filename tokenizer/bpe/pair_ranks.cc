#include "tokenizer/bpe/pair_ranks.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <vector>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr unsigned kSlotBitsMax = 26;
constexpr std::size_t kBucketsAhead = 8;

unsigned bits_for(std::size_t count) {
  return static_cast<unsigned>(std::countr_zero(std::bit_ceil(count)));
}

// Where each key's run of a counting sort begins, and the end of the last.
std::vector<std::uint32_t> begins_of(std::span<const std::uint32_t> keys, std::size_t keys_max) {
  std::vector<std::uint32_t> begins(keys_max + 1);
  for (const std::uint32_t key : keys) ++begins[key + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  return begins;
}

}  // namespace

// Which slots are taken: a bit each, so that trying a displacement stays in the near caches.
class PairRanks::TakenSlots {
 public:
  explicit TakenSlots(std::size_t slots) : words_(slots / 64 + 1) {}

  bool take(std::size_t slot) {
    const std::uint64_t bit = std::uint64_t{1} << slot % 64;
    if (words_[slot / 64] & bit) return false;
    words_[slot / 64] |= bit;
    return true;
  }
  void give_back(std::size_t slot) { words_[slot / 64] &= ~(std::uint64_t{1} << slot % 64); }

  std::vector<Entry> distinct;  // scratch

 private:
  std::vector<std::uint64_t> words_;
};

PairRanks::PairRanks(std::span<const Entry> entries) {
  // At most four fifths of the slots in use, four pairs to a bucket: that is nearly always
  // possible.
  unsigned slot_bits = bits_for(entries.size() + entries.size() / 4 + 4);
  unsigned bucket_bits = bits_for(entries.size() / 5 + 2);
  while (!build(entries, slot_bits, bucket_bits)) {
    ++(bucket_bits < slot_bits ? bucket_bits : slot_bits);
    if (slot_bits > kSlotBitsMax) {
      throw Error(ExitCode::kMismatch,
                  fmt::format("{} merges whose pairs cannot be hashed: that is not supported",
                              entries.size()));
    }
  }
}

bool PairRanks::build(std::span<const Entry> entries, unsigned slot_bits, unsigned bucket_bits) {
  slots_ = HugeArray<std::uint64_t>(std::size_t{1} << slot_bits);
  displacements_ = HugeArray<std::uint8_t>((std::size_t{1} << bucket_bits) + kReadAhead);
  slot_shift_ = 32 - slot_bits;
  bucket_shift_ = 32 - bucket_bits;
  const std::size_t buckets = std::size_t{1} << bucket_bits;
  std::vector<std::uint32_t> keys(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    keys[i] = bucket_hash(entries[i].left, entries[i].right) >> bucket_shift_;
  }
  const std::vector<std::uint32_t> begins = begins_of(keys, buckets);
  std::vector<Entry> members(entries.size());  // by bucket, the last entries first
  std::vector<std::uint32_t> next(begins.begin() + 1, begins.end());
  for (std::size_t i = 0; i < entries.size(); ++i) members[--next[keys[i]]] = entries[i];

  keys.resize(buckets);
  for (std::size_t i = 0; i < buckets; ++i) keys[i] = begins[i + 1] - begins[i];
  next = begins_of(keys, entries.size() + 1);
  std::vector<std::uint32_t> by_size(buckets);
  for (std::uint32_t i = 0; i < buckets; ++i) by_size[next[keys[i]]++] = i;

  TakenSlots taken(slots_.size());
  // The large ones while there is much room.
  for (std::size_t i = buckets; i > 0; --i) {
    if (i > kBucketsAhead)
      __builtin_prefetch(members.data() + begins[by_size[i - 1 - kBucketsAhead]]);
    const std::uint32_t bucket = by_size[i - 1];
    const auto own =
        std::span(members).subspan(begins[bucket], begins[bucket + 1] - begins[bucket]);
    if (!place_bucket(own, bucket, taken)) return false;
  }
  return true;
}

// Whether there is a displacement that gives the members of a bucket slots that are free.
bool PairRanks::place_bucket(std::span<const Entry> members, std::size_t bucket,
                             TakenSlots& taken) {
  std::vector<Entry>& distinct = taken.distinct;
  distinct.clear();
  for (const Entry& entry : members) {
    const auto is_same = [&](const Entry& other) {
      return other.left == entry.left && other.right == entry.right;
    };
    if (std::none_of(distinct.begin(), distinct.end(), is_same)) distinct.push_back(entry);
  }
  const auto fits = [&](std::uint32_t displacement) {
    const auto place_of = [&](std::size_t i) {
      return slot_at(distinct[i].left, distinct[i].right, displacement);
    };
    std::size_t placed = 0;
    while (placed < distinct.size() && taken.take(place_of(placed))) ++placed;
    if (placed == distinct.size()) return true;
    while (placed > 0) taken.give_back(place_of(--placed));
    return false;
  };
  std::uint32_t displacement = 0;
  while (displacement < kDisplacements && !fits(displacement)) ++displacement;
  if (displacement == kDisplacements) return false;
  displacements_[bucket] = static_cast<std::uint8_t>(displacement);
  for (const Entry& entry : distinct) {
    slots_[slot_at(entry.left, entry.right, displacement)] =
        pair_of(entry.left, entry.right) << kRankBits | (kNone - entry.rank);
  }
  return true;
}

}  // namespace corpusmill
