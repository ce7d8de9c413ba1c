// The set of fingerprints that exact dedup asks: was this text seen before, and where first?
//
// Open addressing over 24-byte entries (16 of fingerprint, 8 of origin), in 256 tables chosen by
// the fingerprint's top byte, so that growing moves one 256th of the entries at a time. Tables grow
// by half at 7/8 full: between 27 and 41 bytes per distinct document, no Bloom filter, no false
// positives beyond those of the fingerprint itself.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/digest.h"
#include "prep/dedup/line_id.h"
#include "prep/document.h"

namespace corpusmill {

// Not thread-safe: it belongs to an in-order stage, where the first occurrence in input order wins.
class FingerprintSet {
 public:
  // Throws Error(kUsage) naming --memory when more than `bytes_max` would be needed.
  explicit FingerprintSet(std::uint64_t bytes_max);

  // The place of the first occurrence if `fingerprint` is in the set; otherwise puts it there.
  std::optional<LineId> find_or_insert(const Digest& fingerprint, const Origin& origin);

  std::uint64_t size() const { return size_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::uint64_t high = 0, low = 0;
    LineId first;
  };
  struct Table {
    std::vector<Entry> entries;
    std::uint64_t used = 0;
    // The entry of this fingerprint, or the free one where it belongs.
    Entry& slot(const Digest& fingerprint);
  };
  void grow(Table& table);

  std::uint64_t bytes_max_;
  std::uint64_t size_ = 0, bytes_ = 0;
  std::array<Table, 256> tables_;
};

// An in-order stage: drops every document whose text an earlier one has had.
class ExactDeduplicator {
 public:
  // `file_names[i]` is the name of Origin::file i, for the report.
  ExactDeduplicator(std::uint64_t bytes_max, std::vector<std::string> file_names);

  // The documents are fingerprinted. A dropped one names the first occurrence in its detail.
  void drop_repeats(DocumentBatch& batch);
  // The same for one document.
  void drop_repeat(Document& document);

 private:
  FingerprintSet seen_;
  std::vector<std::string> file_names_;
};

}  // namespace corpusmill
