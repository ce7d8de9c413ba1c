// What an earlier run has already decided about the documents that reach the encoder, read from its
// journal: published in a shard, refused, or to be encoded now.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "prep/record/length_filter.h"
#include "prep/shards/split.h"
#include "prep/stage/rereading_stage.h"
#include "prep/tokenize/encoded_batch.h"
#include "prep/tokenize/tokenize_journal.h"

namespace corpusmill {

// Not thread-safe: an in-order stage, between dedup and the encoder. With no records, everything is
// to be encoded.
class ReplayPlan {
 public:
  ReplayPlan(const std::vector<JournalRecord>& records, SplitRule split);

  // For the next candidate: drops it, marks it published, or leaves it to the encoder.
  void decide(Document& document, EncodedDocument& encoded);

 private:
  std::vector<Refusal> refusals_;
  std::size_t next_refusal_ = 0;
  std::uint64_t decided_ = 0;  // candidates below this number are in the journal
  std::uint64_t candidate_ = 0;
  std::uint64_t ordinal_ = 0;
  SplitRule split_;
  std::array<std::uint64_t, 2> published_{};  // documents, per split
  std::array<std::uint64_t, 2> seen_{};
};

// The in-order stage between measuring and encoding: drops repeats (`dedup` null: none), then what
// the rules on text refuse; the rest are candidates. A batch that `dedup` cannot decide yet is
// marked so, and has none.
void choose_candidates(EncodedBatch& batch, RereadingStage* dedup, const LengthLimits& limits,
                       ReplayPlan& replay);

}  // namespace corpusmill
