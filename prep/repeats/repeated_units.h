// Which lines or paragraphs occur more often in a corpus than they may.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "common/digest.h"
#include "prep/exact/fingerprint_set.h"
#include "prep/spill/external_sorter.h"

namespace corpusmill {

// Counts keys exactly, in any memory: a full table goes to the disk as one sorted run of (key,
// count), and the runs are merged at the end. Not thread-safe.
class UnitCounter {
 public:
  UnitCounter(std::uint64_t bytes_max, std::filesystem::path tmp_dir);
  void add(const Digest& key);
  // The keys added more than `times_max` times; leaves the counter empty. Throws Error(kUsage)
  // naming --memory where they alone do not fit into `bytes_max`.
  FingerprintSet repeated(std::uint64_t times_max);

 private:
  struct Counted {
    Digest key;
    std::uint64_t count;
    bool operator<(const Counted& other) const;
  };
  void spill();

  std::uint64_t bytes_max_;
  FingerprintSet counts_;
  ExternalSorter<Counted> spilled_;
  bool has_spilled_ = false;
};

}  // namespace corpusmill
