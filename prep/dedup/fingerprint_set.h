// The set of fingerprints that exact dedup asks: was this text seen before, and which number did it
// get?
//
// Entries of 20 bytes, 128 bits of fingerprint and 40 of value less the 8 bits that say in which of
// the 256 tables an entry stands. In a table entries are sorted by fingerprint, each as near behind
// the place that its fingerprint scales to as its neighbours let it (linear probing with ordered
// runs): a search ends at the first larger entry, growing is one sequential copy, and a table may
// be 15/16 full. Tables grow by an eighth, one 256th of the entries at a time: 21 to 25 bytes per
// distinct fingerprint. No Bloom filter, no false positives beyond those of the fingerprint itself.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "common/digest.h"

namespace corpusmill {

// Not thread-safe.
class FingerprintSet {
 public:
  static constexpr std::uint64_t kValueMax = (1ULL << 40) - 1;

  explicit FingerprintSet(std::uint64_t bytes_max);

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
  bool full() const { return bytes_ + growth_bytes_ > bytes_max_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t bytes() const { return bytes_; }

  // visit(fingerprint, value) for every entry, by ascending low half, then high half. Leaves the
  // set empty; memory is given back on the way.
  template <class Visit>
  void drain(const Visit& visit);

 private:
  struct Entry {
    std::uint32_t words[5] = {};  // high half; the low half's 56 lower bits and the value
    std::uint64_t high() const;
    std::uint64_t low_and_value() const;                              // the value's 8 upper bits
    std::uint64_t low() const { return low_and_value() & ~0xFFULL; }  // times 256
    std::uint64_t value() const { return (low_and_value() & 0xFF) << 32 | words[4]; }
    void set_value(std::uint64_t value);
    bool is_free() const { return value() == 0; }
    static Entry of(const Digest& fingerprint, std::uint64_t value);
  };
  struct Table {
    std::vector<Entry> entries;  // `homes` and room behind them for what the last ones displace
    std::uint64_t homes = 0;
    std::uint64_t used = 0;
    std::uint64_t home_of(std::uint64_t low) const;
    // Where the fingerprint stands, or where it would.
    std::uint64_t find(std::uint64_t high, std::uint64_t low) const;
    // False where the room behind the homes is used up.
    bool insert_at(std::uint64_t at, const Entry& entry);
    bool append(const Entry& entry, std::uint64_t& end);
  };

  Table& table_of(const Digest& fingerprint) { return tables_[fingerprint.low >> 56]; }
  // The entry of this fingerprint, put there with value 0 if it was not.
  Entry& entry_of(const Digest& fingerprint, std::uint64_t value, bool& is_new);
  void grow(Table& table);

  std::uint64_t bytes_max_;
  std::uint64_t size_ = 0, bytes_ = 0, growth_bytes_ = 0;
  std::array<Table, 256> tables_;
};

template <class Visit>
void FingerprintSet::drain(const Visit& visit) {
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    const Table table = std::exchange(tables_[i], {});
    for (const Entry& entry : table.entries) {
      if (entry.is_free()) continue;
      visit(Digest{entry.high(), static_cast<std::uint64_t>(i) << 56 | entry.low() >> 8},
            entry.value());
    }
  }
  size_ = bytes_ = growth_bytes_ = 0;
}

}  // namespace corpusmill
