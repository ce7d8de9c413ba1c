// What a run that writes shards has already published, so that the same command, run again after
// any kind of end, continues there. docs/architecture.md, "From lines to shards", tells the whole.
//
// `.NAME.journal` beside the output: lines of "<XXH3-128 of the JSON, 32 hex digits> <JSON>\n", a
// header and then one record per published shard, each fsynced before the run goes on. A line that
// is cut or damaged ends the journal: whatever stood behind it is tokenized again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/digest.h"
#include "common/file.h"
#include "common/manifest.h"
#include "prep/record/drop_reason.h"
#include "prep/shards/shard_set_writer.h"

namespace corpusmill {

// What must be the same for a run to continue another.
struct JournalHeader {
  nlohmann::json options;  // those that shape the data
  std::string tokenizer_digest;
  std::vector<InputInfo> inputs;  // names and sizes; digests are not known yet
};

// A candidate (a document that reached the encoder) that the encoder or a rule on tokens refused.
struct Refusal {
  std::uint64_t candidate = 0;
  DropReason reason = DropReason::kTooLong;
  bool operator==(const Refusal&) const = default;
};

// One published shard, and where in the input the run stood.
struct JournalRecord {
  PublishedShard shard;
  std::uint64_t candidates = 0;   // candidates decided by then: all below this number
  Digest chain;                   // of their fingerprints, in order
  std::vector<Refusal> refusals;  // since the record before, ascending
};

class TokenizeJournal {
 public:
  struct Contents {
    JournalHeader header;
    std::vector<JournalRecord> records;
  };

  static std::filesystem::path path_for(const std::filesystem::path& prefix);
  // Nothing if there is no journal or its header is unreadable.
  static std::optional<Contents> read(const std::filesystem::path& path);

  // Publishes a journal of these contents and keeps it open for more.
  TokenizeJournal(const std::filesystem::path& path, const Contents& contents);

  // Returns when the record is on disk.
  void append(const JournalRecord& record);
  // The run is finished; its manifest speaks from now on.
  void close_and_remove();

 private:
  std::filesystem::path path_;
  std::uint64_t candidates_ = 0;
  File file_;
};

}  // namespace corpusmill
