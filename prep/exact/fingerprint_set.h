// The set of fingerprints that exact dedup asks: was this text seen before, and which number did it
// get?
//
// 20 bytes an entry: 128 bits of fingerprint and 40 of value, less the 8 bits that say in which of
// the 256 tables it stands. A table is buckets of 54 entries, open to the next bucket: an entry
// stands in the first bucket, from the one that its fingerprint scales to, that had room. A
// bucket's entries come as they came; one byte of each, compared all at once, says which to look
// at, so that a search touches one cache line as a rule and a table may be 15/16 full. Tables grow
// one at a time, by a fifth: 24 bytes per distinct fingerprint, up to 30 in sets below 100,000. No
// Bloom filter, no false positives beyond those of the fingerprint itself.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "common/digest.h"
#include "common/huge_array.h"

namespace corpusmill {

// Not thread-safe.
class FingerprintSet {
 public:
  static constexpr std::uint64_t kValueMax = (1ULL << 40) - 1;

  explicit FingerprintSet(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

  // The value of `fingerprint` if it is in the set; otherwise puts it there with `value`, from 1 to
  // kValueMax.
  std::optional<std::uint64_t> find_or_insert(const Digest& fingerprint, std::uint64_t value);
  // Adds `amount` (likewise) to the value of `fingerprint`, up to kValueMax; the value of one that
  // is not in the set is 0.
  void add(const Digest& fingerprint, std::uint64_t amount);
  // 0: not in the set.
  std::uint64_t value_of(const Digest& fingerprint) const;
  // A hint that `fingerprint` is looked for soon.
  void prefetch(const Digest& fingerprint) const;

  // True once there is no room within `bytes_max` to grow another table. Nothing is refused even
  // then: the caller looks after some hundreds of fingerprints, and goes another way.
  bool full() const;
  std::uint64_t size() const { return size_; }
  std::uint64_t bytes() const { return bytes_; }

  // visit(fingerprint, value) for every entry, by ascending low half, then high half. Leaves the
  // set empty.
  template <class Visit>
  void drain(const Visit& visit);

 private:
  static constexpr unsigned kBucketEntries = 54;

  struct alignas(64) Bucket {
    static constexpr std::size_t kEntryBytes = 19;
    std::array<std::uint8_t, kBucketEntries>
        tags;  // the lowest byte of the fingerprint's high half
    std::uint8_t used;
    std::array<std::uint8_t, kBucketEntries * kEntryBytes> entries;

    // The low half without the table's byte, times 256, and the value's 8 upper bits.
    std::uint64_t low_and_value(unsigned i) const;
    std::uint64_t low(unsigned i) const { return low_and_value(i) & ~0xFFULL; }
    std::uint64_t high(unsigned i) const;
    std::uint64_t value(unsigned i) const;
    void set_value(unsigned i, std::uint64_t value);
    void append(const Digest& fingerprint, std::uint64_t value);
    void append_from(const Bucket& other, unsigned i);
    // kBucketEntries: it is not here.
    unsigned find(const Digest& fingerprint) const;
  };
  static_assert(sizeof(Bucket) == 17 * 64);  // odd, so that all sets of a cache are used

  struct Table {
    std::vector<Bucket*> buckets;
    std::uint64_t used = 0;
    std::uint64_t home_of(std::uint64_t low) const;
    std::uint64_t next(std::uint64_t at) const { return at + 1 == buckets.size() ? 0 : at + 1; }
  };
  struct Place {
    Bucket* bucket;  // null: in a table without buckets
    unsigned entry;  // kBucketEntries: not there; the bucket is the one that has room
  };
  struct Entry {
    Digest fingerprint;
    std::uint64_t value;
  };

  const Table& table_of(const Digest& fingerprint) const { return tables_[fingerprint.low >> 56]; }
  static Place find(const Table& table, const Digest& fingerprint);
  // Where it stands; put there with `value` if it was not.
  Place find_or_put(const Digest& fingerprint, std::uint64_t value, bool& is_new);
  void grow(Table& table);
  std::uint64_t slab_buckets() const;
  Bucket* new_bucket();
  std::vector<Entry> sorted_entries(std::size_t table) const;

  std::uint64_t bytes_max_;
  std::uint64_t size_ = 0, bytes_ = 0;
  std::array<Table, 256> tables_;
  // Buckets lie side by side in slabs, which are large enough for huge pages.
  std::vector<HugeArray<Bucket>> slabs_;
  std::vector<Bucket*> free_;
};

template <class Visit>
void FingerprintSet::drain(const Visit& visit) {
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    for (const Entry& entry : sorted_entries(i)) visit(entry.fingerprint, entry.value);
  }
  *this = FingerprintSet(bytes_max_);
}

}  // namespace corpusmill
