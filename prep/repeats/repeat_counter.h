// How many documents are repeats of an earlier one, in any memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "common/digest.h"
#include "prep/exact/fingerprint_set.h"
#include "prep/record/books.h"
#include "prep/spill/external_sorter.h"

namespace corpusmill {

// Not thread-safe. Throws Error(kOutputIo) naming --tmp-dir where the disk is full.
class RepeatCounter {
 public:
  RepeatCounter(std::uint64_t bytes_max, std::filesystem::path tmp_dir);

  // The next document; equal fingerprints have equal `bytes`.
  void add(const Digest& fingerprint, std::uint64_t bytes);
  // All documents but the first of every fingerprint. Once, after the last one.
  Tally repeats();

 private:
  struct Seen {
    Digest fingerprint;
    std::uint64_t bytes;  // 0: one that was in memory before, the first of its fingerprint
    bool operator<(const Seen& other) const;
  };
  void begin_collecting();

  std::uint64_t bytes_max_;
  std::filesystem::path tmp_dir_;
  FingerprintSet seen_;
  Tally repeats_;
  std::unique_ptr<ExternalSorter<Seen>> collecting_;
};

}  // namespace corpusmill
