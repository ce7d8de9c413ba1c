// What a deciding pass over the input hands to the writing pass: which lines go, why, and in favour
// of which other line.
//
//   DropListWriter writer(bytes_max, tmp_dir);   writer.add(...); ...   first pass, ascending lines
//   const DropList drops = writer.finish();
//   DropReader reader(drops, input_names);       reader.drop_repeats(batch); ...    second pass
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/spill_file.h"
#include "prep/record/document.h"
#include "prep/record/line_id.h"
#include "prep/stage/rereading_stage.h"

namespace corpusmill {

struct DropEntry {
  LineId line;
  LineId of;  // the document that stays in its place
  DropReason reason = DropReason::kExactDuplicate;
  float similarity = 1;
};

// Entries by ascending line, as chunks of a constant length; some in memory, others in a temporary
// file. Immutable; read by any number of threads.
class DropList {
 public:
  static constexpr std::size_t kChunkEntries = 1 << 15;

  std::uint64_t size() const { return size_; }
  std::uint64_t spilled_bytes() const { return spill_ == nullptr ? 0 : spill_->bytes(); }
  // Replaces `entries` by those of the `number`-th chunk, of chunk_count().
  void read_chunk(std::size_t number, std::vector<DropEntry>& entries) const;
  std::size_t chunk_count() const { return (size_ + kChunkEntries - 1) / kChunkEntries; }

 private:
  friend class DropListWriter;
  std::uint64_t size_ = 0;
  std::unique_ptr<SpillFile> spill_;              // whole chunks, the first ones
  std::vector<std::vector<DropEntry>> resident_;  // the chunks behind those
  std::uint64_t spilled_chunks_ = 0;
};

// Not thread-safe.
class DropListWriter {
 public:
  // Keeps up to `bytes_max` (and at least a chunk) in memory, the rest in a file in `tmp_dir`.
  DropListWriter(std::uint64_t bytes_max, const std::filesystem::path& tmp_dir);
  // Lines must ascend. Throws Error(kOutputIo) naming --tmp-dir where the disk is full.
  void add(const DropEntry& entry);
  DropList finish();

 private:
  void spill();
  std::uint64_t bytes_max_;
  DropList list_;
};

// Drops the document in favour of `of`, with "same text as FILE, line N" in its detail, or "0.93
// like FILE, line N" where it is a near duplicate.
void drop_as_repeat(Document& document, DropReason reason, float similarity, std::string_view file,
                    LineId of);

// An in-order stage: drops the documents that the list names. Not thread-safe.
class DropReader {
 public:
  // `drops` outlives it. `file_names[i]` is the name of Origin::file i.
  DropReader(const DropList& drops, std::vector<std::string> file_names);

  // Documents come in input order; those that are dropped already are passed over. Throws
  // Error(kInputIo) where the input is not the one that was decided on.
  void drop_repeats(DocumentBatch& batch);
  void drop_repeat(Document& document);
  // After the last document.
  void check_finished() const;

 private:
  [[noreturn]] void refuse_changed_input() const;
  void advance();

  const DropList* drops_;
  std::vector<std::string> file_names_;
  std::vector<DropEntry> chunk_;
  std::size_t next_chunk_ = 0, at_ = 0;
  LineId next_;  // of chunk_[at_]; of no line behind the last entry
};

// The same behind another stage, as one.
class DropStage final : public RereadingStage {
 public:
  // `before` (null: none) and `drops` outlive it.
  DropStage(const DropList& drops, std::vector<std::string> file_names, RereadingStage* before)
      : reader_(drops, std::move(file_names)), before_(before) {}
  bool pass(DocumentBatch& batch) override;
  std::optional<LineId> next_reading() override;

 private:
  DropReader reader_;
  RereadingStage* before_;
};

}  // namespace corpusmill
