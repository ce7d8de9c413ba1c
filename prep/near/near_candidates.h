// From band keys to candidates: the documents that share a band key with another one.
//
// Records (band key, document) are sorted partition by partition; a key of one document is thrown
// away, a key of several is a group. Sorted back by document, the groups tell which documents are
// to be compared at all: most are not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "common/memory_budget.h"
#include "common/scratch_column.h"
#include "prep/record/line_id.h"
#include "prep/spill/record_partitions.h"

namespace corpusmill {

// The band keys of a corpus. Not thread-safe.
class BandKeys {
 public:
  static constexpr unsigned kPartitionBits = 9;

  BandKeys(std::uint64_t bytes_max, const std::filesystem::path& tmp_dir)
      : partitions_(std::size_t{1} << kPartitionBits, bytes_max, tmp_dir) {}

  // Documents are numbered 0, 1, 2 … in the order of the calls. `keys` are 56-bit hashes.
  void add(std::span<const std::uint64_t> keys) {
    for (const std::uint64_t key : keys) {
      partitions_.add(key >> (KeyedOrdinal::kKeyBits - kPartitionBits), {key, documents_});
    }
    ++documents_;
  }

  std::uint64_t documents() const { return documents_; }
  RecordPartitions& partitions() { return partitions_; }

 private:
  RecordPartitions partitions_;
  std::uint64_t documents_ = 0;
};

// Candidates are numbered 0, 1, 2 … in the order of their documents.
struct NearCandidates {
  // Empty columns, to be filled and finished.
  NearCandidates(MemoryBudget& budget, const std::filesystem::path& tmp_dir)
      : documents(budget, tmp_dir),
        groups_begin(budget, tmp_dir),
        groups(budget, tmp_dir),
        group_sizes(budget, tmp_dir) {}

  ScratchColumn<std::uint64_t> documents;     // the candidate's document number
  ScratchColumn<std::uint64_t> groups_begin;  // one more than candidates; into `groups`
  ScratchColumn<std::uint32_t> groups;        // of each candidate, rising
  ScratchColumn<std::uint32_t> group_sizes;   // members, at least 2

  std::uint64_t size() const { return documents.size(); }
};

struct GroupingOptions {
  int threads = 1;
  std::uint64_t memory_bytes = 0;  // for what this phase needs besides the budget's columns
  std::filesystem::path tmp_dir;
  // The first so-and-so many documents need no decision: a group of these alone is none.
  std::uint64_t settled_documents = 0;
};

// Empties `keys`. The columns draw on `budget`. The result depends on the keys alone. Throws
// Error(kUsage) beyond 2^32 - 1 candidates or groups, Error(kOutputIo).
NearCandidates find_candidates(BandKeys& keys, const GroupingOptions& options,
                               MemoryBudget& budget);

}  // namespace corpusmill
