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

unsigned bits_for(std::size_t count) {
  return static_cast<unsigned>(std::countr_zero(std::bit_ceil(count)));
}

// Numbers 0 to keys.size() - 1, grouped by keys[i] < groups and in order inside a group; group g
// begins at begins[g].
void group(std::span<const std::uint32_t> keys, std::size_t groups,
           std::vector<std::uint32_t>& begins, std::vector<std::uint32_t>& order) {
  begins.assign(groups + 1, 0);
  for (const std::uint32_t key : keys) ++begins[key + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  order.resize(keys.size());
  std::vector<std::uint32_t> next(begins.begin(), begins.end() - 1);
  for (std::uint32_t i = 0; i < keys.size(); ++i) order[next[keys[i]]++] = i;
}

}  // namespace

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
  std::vector<std::uint32_t> keys(entries.size()), begins, members, size_begins, by_size;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    keys[i] = bucket_hash(entries[i].left, entries[i].right) >> bucket_shift_;
  }
  const std::size_t buckets = std::size_t{1} << bucket_bits;
  group(keys, buckets, begins, members);
  keys.resize(buckets);
  std::uint32_t size_max = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    keys[i] = begins[i + 1] - begins[i];
    size_max = std::max(size_max, keys[i]);
  }
  group(keys, size_max + std::size_t{1}, size_begins, by_size);

  std::vector<Entry> bucket;
  std::vector<std::size_t> places;
  // The large ones while there is much room.
  for (auto at = by_size.rbegin(); at != by_size.rend(); ++at) {
    bucket.clear();
    for (std::size_t i = begins[*at + 1]; i > begins[*at]; --i) {
      const Entry& entry = entries[members[i - 1]];
      const auto is_same = [&](const Entry& other) {
        return other.left == entry.left && other.right == entry.right;
      };
      if (std::none_of(bucket.begin(), bucket.end(), is_same)) bucket.push_back(entry);
    }
    const auto fits = [&](std::uint32_t displacement) {
      places.clear();
      for (const Entry& entry : bucket) {
        const std::size_t place = slot_at(entry.left, entry.right, displacement);
        if (slots_[place] != 0) return false;
        if (std::find(places.begin(), places.end(), place) != places.end()) return false;
        places.push_back(place);
      }
      return true;
    };
    std::uint32_t displacement = 0;
    while (displacement < kDisplacements && !fits(displacement)) ++displacement;
    if (displacement == kDisplacements) return false;
    displacements_[*at] = static_cast<std::uint8_t>(displacement);
    for (std::size_t i = 0; i < bucket.size(); ++i) {
      slots_[places[i]] =
          pair_of(bucket[i].left, bucket[i].right) << kRankBits | (kNone - bucket[i].rank);
    }
  }
  return true;
}

}  // namespace corpusmill
