// The stages in input order of a run with an index, around those of every run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/manifest.h"
#include "prep/near/dedup_index.h"
#include "prep/near/key_spool.h"
#include "prep/stage/rereading_stage.h"

namespace corpusmill {

// In front of all: exact dedup sees the documents of the index first, as if they had been read.
// They are lines of the input's first files.
class IndexFeed final : public RereadingStage {
 public:
  // Both outlive it.
  IndexFeed(const DedupIndex& index, RereadingStage& exact) : index_(&index), exact_(&exact) {}

  bool pass(DocumentBatch& batch) override;
  std::optional<LineId> next_reading() override;

 private:
  void feed();
  const DedupIndex* index_;
  RereadingStage* exact_;
  bool is_fed_ = false;
  LineId after_;  // this reading begins behind it
};

// Behind all: what stays goes into the index too.
class IndexStage final : public RereadingStage {
 public:
  // All outlive it; `spool` has every document that exact dedup leaves; `before` may be null.
  IndexStage(DedupIndex& index, KeySpool& spool, std::vector<std::string> file_names,
             RereadingStage* before);

  bool pass(DocumentBatch& batch) override;
  std::optional<LineId> next_reading() override;
  // When the output stands. `inputs` are the new ones.
  void commit(std::vector<InputInfo> inputs) { writer_.commit(std::move(inputs)); }

 private:
  IndexSegmentWriter writer_;
  KeySpool* spool_;
  RereadingStage* before_;
};

}  // namespace corpusmill
