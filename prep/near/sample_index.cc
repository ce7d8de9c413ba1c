#include "prep/near/sample_index.h"

#include <algorithm>
#include <bit>
#include <map>

namespace corpusmill {
namespace {

// Bits for about that many values per entry.
unsigned shift_for(std::size_t entries, unsigned per_entry_log2) {
  const unsigned bits = static_cast<unsigned>(std::bit_width(entries | 63)) + per_entry_log2;
  return 64 - std::min(bits, 32U);
}

struct Overlap {
  std::uint64_t common = 0;
  bool shares_a_band = false;
};

}  // namespace

void SampleIndex::add(std::span<const std::uint64_t> set,
                      std::span<const std::uint64_t> band_keys) {
  const auto number = static_cast<std::uint32_t>(set_sizes_.size());
  set_sizes_.push_back(set.size());
  for (const std::uint64_t hash : set) entries_.push_back({hash, number});
  for (const std::uint64_t key : band_keys) by_band_key_[key].push_back(number);
}

void SampleIndex::finish() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.sampled < b.sampled;
  });
  bucket_shift_ = shift_for(entries_.size(), 0);
  filter_shift_ = shift_for(entries_.size(), 4);
  bucket_ends_.assign((std::size_t{1} << (64 - bucket_shift_)) + 1, 0);
  filter_.assign((std::size_t{1} << (64 - filter_shift_)) / 64, 0);
  for (const Entry& entry : entries_) {
    ++bucket_ends_[(entry.hash >> bucket_shift_) + 1];
    const std::uint64_t bit = entry.hash >> filter_shift_;
    filter_[bit >> 6] |= std::uint64_t{1} << (bit & 63);
  }
  for (std::size_t i = 1; i < bucket_ends_.size(); ++i) bucket_ends_[i] += bucket_ends_[i - 1];
}

std::span<const SampleIndex::Entry> SampleIndex::entries_of(std::uint64_t hash) const {
  const std::uint64_t bucket = hash >> bucket_shift_;
  const Entry* const first = entries_.data() + bucket_ends_[bucket];
  const Entry* const last = entries_.data() + bucket_ends_[bucket + 1];
  const auto less = [](const Entry& entry, std::uint64_t wanted) { return entry.hash < wanted; };
  const Entry* const begin = std::lower_bound(first, last, hash, less);
  const Entry* end = begin;
  while (end != last && end->hash == hash) ++end;
  return {begin, end};
}

void SampleIndex::compare(std::span<const std::uint64_t> shingles,
                          std::span<const std::uint64_t> band_keys, double at_least,
                          std::vector<SampledPair>& pairs) const {
  pairs.clear();
  // What the sample holds too, once each.
  thread_local std::vector<std::uint64_t> known;
  known.clear();
  for (const std::uint64_t hash : shingles) {
    if (may_hold(hash)) known.push_back(hash);
  }
  make_shingle_set(known);
  std::map<std::uint32_t, Overlap> overlaps;
  for (const std::uint64_t hash : known) {
    for (const Entry& entry : entries_of(hash)) ++overlaps[entry.sampled].common;
  }
  for (const std::uint64_t key : band_keys) {
    const auto found = by_band_key_.find(key);
    if (found == by_band_key_.end()) continue;
    for (const std::uint32_t sampled : found->second) overlaps[sampled].shares_a_band = true;
  }
  std::uint64_t set_size = 0;  // counted only where somebody is near
  for (const auto& [sampled, overlap] : overlaps) {
    const std::uint64_t other = set_sizes_[sampled];
    // The union is no smaller than either; a hair of room for rounding.
    const bool could_be =
        kind_ == SimilarityKind::kContainment ||
        static_cast<double>(overlap.common) * (1 + 1e-9) >= at_least * static_cast<double>(other);
    if (!overlap.shares_a_band && !could_be) continue;
    if (set_size == 0) {
      std::vector<std::uint64_t> set(shingles.begin(), shingles.end());
      make_shingle_set(set);
      set_size = set.size();
    }
    const auto share = [&](std::uint64_t of) {
      return static_cast<double>(overlap.common) / static_cast<double>(of);
    };
    SampledPair pair{sampled, share(other + set_size - overlap.common), 0, overlap.shares_a_band};
    pair.similarity =
        kind_ == SimilarityKind::kJaccard ? pair.jaccard : share(std::min(other, set_size));
    if (pair.shares_a_band || pair.similarity >= at_least) pairs.push_back(pair);
  }
}

}  // namespace corpusmill
