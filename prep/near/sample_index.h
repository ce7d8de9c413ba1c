// An inverted index of a sample of documents: how much any document has in common with each of
// them, without proposing anything. What the estimate of recall compares LSH with.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "prep/signature/shingle_set.h"

namespace corpusmill {

struct SampledPair {
  std::uint32_t sampled = 0;  // number in the sample
  double jaccard = 0;         // exact
  double similarity = 0;      // of the kind asked for, exact
  bool shares_a_band = false;
};

// Built by add(), then finish(), then const and thread-safe.
class SampleIndex {
 public:
  explicit SampleIndex(SimilarityKind kind) : kind_(kind) {}

  // The next document of the sample.
  void add(std::span<const std::uint64_t> set, std::span<const std::uint64_t> band_keys);
  void finish();

  std::size_t size() const { return set_sizes_.size(); }

  // Every document of the sample that is similar to `at_least`, or shares a band key, in order of
  // their numbers. `shingles` is the document as shingled, repeats included.
  void compare(std::span<const std::uint64_t> shingles, std::span<const std::uint64_t> band_keys,
               double at_least, std::vector<SampledPair>& pairs) const;

 private:
  struct Entry {
    std::uint64_t hash;
    std::uint32_t sampled;
  };
  // The entries of a shingle: a stretch of entries_.
  std::span<const Entry> entries_of(std::uint64_t hash) const;
  bool may_hold(std::uint64_t hash) const {
    return (filter_[hash >> filter_shift_ >> 6] >> (hash >> filter_shift_ & 63) & 1) != 0;
  }

  SimilarityKind kind_;
  std::vector<std::uint64_t> set_sizes_;
  std::vector<Entry> entries_;              // by hash, then by number
  std::vector<std::uint32_t> bucket_ends_;  // of entries_, by the hash's upper bits
  unsigned bucket_shift_ = 0;
  // One bit per stretch of hashes, many more than entries: most shingles of most documents are in
  // no document of the sample.
  std::vector<std::uint64_t> filter_;
  unsigned filter_shift_ = 0;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_band_key_;
};

}  // namespace corpusmill
