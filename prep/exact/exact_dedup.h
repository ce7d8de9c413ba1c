// Exact dedup: the first document of every key stays, in any memory.
//
// As long as the keys seen fit into memory, one reading decides everything. Where they outgrow it,
// all that was decided stands, and the keys behind that line are only collected: (key, line) goes
// to the disk with the keys seen so far, is sorted, and gives a list of the lines to drop, by which
// a second reading goes, from that line on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "prep/exact/fingerprint_set.h"
#include "prep/record/document.h"
#include "prep/record/line_id.h"
#include "prep/spill/drop_list.h"
#include "prep/spill/external_sorter.h"
#include "prep/stage/rereading_stage.h"

namespace corpusmill {

// One number for each line of all files, from 1, so that 40 bits hold a place.
class LineNumbers {
 public:
  // Batches come in input order. The number of line `l` of this batch's file is the result + l.
  std::uint64_t base_of(const DocumentBatch& batch);
  LineId line_of(std::uint64_t number) const;

 private:
  struct Base {
    std::uint64_t before;  // lines before the file
    std::uint32_t file;
  };
  std::vector<Base> bases_;
  std::uint64_t last_ = 0;
};

struct ExactDedupOptions {
  std::uint64_t bytes_max = 0;
  std::filesystem::path tmp_dir;
  std::vector<std::string> file_names;  // [i]: of Origin::file i
};

// A dropped document names the first one of its key in its detail. Throws Error(kOutputIo) naming
// --tmp-dir where the disk is full, Error(kInputIo) where the input changes between two readings.
class ExactDeduplicator final : public RereadingStage {
 public:
  explicit ExactDeduplicator(ExactDedupOptions options);

  // By Document::key; documents without one are left alone.
  bool pass(DocumentBatch& batch) override;
  std::optional<LineId> next_reading() override;

  std::uint64_t spilled_bytes() const { return spilled_bytes_; }
  // Documents that passed because they have no key.
  std::uint64_t without_key() const { return without_key_; }

 private:
  struct Seen {
    Digest key;
    LineId line;
    bool operator<(const Seen& other) const;
  };
  struct Repeat {
    LineId line, of;
    bool operator<(const Repeat& other) const { return line < other.line; }
  };
  void count_without_key(const DocumentBatch& batch);
  void drop_in_memory(DocumentBatch& batch);
  void begin_collecting(LineId decided_until);
  DropList decide();

  ExactDedupOptions options_;
  LineNumbers numbers_;
  FingerprintSet seen_;
  LineId decided_until_;
  std::uint64_t collected_ = 0;
  std::uint64_t spilled_bytes_ = 0, without_key_ = 0;
  std::unique_ptr<ExternalSorter<Seen>> collecting_;  // in the reading after `seen_` was full
  std::unique_ptr<DropList> drops_;                   // in the one after that
  std::unique_ptr<DropReader> reader_;
};

}  // namespace corpusmill
