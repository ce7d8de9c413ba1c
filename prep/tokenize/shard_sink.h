// The last stage of a run that writes shards: keeps the books, quarantines what was dropped, cuts
// the shards and journals each as it is published.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/digest.h"
#include "prep/output/quarantine.h"
#include "prep/record/books.h"
#include "prep/shards/shard_set_writer.h"
#include "prep/shards/split.h"
#include "prep/tokenize/encoded_batch.h"
#include "prep/tokenize/tokenize_journal.h"

namespace corpusmill {

struct ShardSinkOptions {
  ShardSetNames names;
  ShardSetOptions shards;
  SplitRule split;
  std::vector<std::string> input_names;
};

// Not thread-safe: an in-order stage. Journal and quarantine outlive it.
class ShardSink {
 public:
  // `records` are those of the run that this one continues.
  ShardSink(ShardSinkOptions options, const std::vector<JournalRecord>& records,
            TokenizeJournal& journal, Quarantine& quarantine);

  // Throws Error(kMismatch) where the input is not the one whose documents are in the shards that
  // exist already.
  void write(const EncodedBatch& batch);
  // Publishes the last shards.
  void finish();

  const Books& books() const { return books_; }
  const ShardSetWriter& writer() const { return writer_; }

 private:
  struct Boundary {
    std::uint64_t candidates;
    Digest chain;
    std::string shard_name;
  };
  void write_candidate(const Document& document, const EncodedDocument& encoded,
                       const EncodedBatch& batch);
  void check_boundaries();
  void journal_shard(const PublishedShard& shard);

  ShardSinkOptions options_;
  TokenizeJournal& journal_;
  Quarantine& quarantine_;
  Books books_;
  std::uint64_t candidates_ = 0;
  std::uint64_t ordinal_ = 0;
  Digester chain_;
  std::vector<Refusal> refusals_;  // since the last journal record
  std::vector<Boundary> boundaries_;
  std::size_t next_boundary_ = 0;
  ShardSetWriter writer_;
};

}  // namespace corpusmill
