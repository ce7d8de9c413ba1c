// What stands under a prefix before a run that writes shards begins: nothing, a finished set, an
// unfinished one to continue, or somebody else's, which is refused.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/manifest.h"
#include "common/token_shard_format.h"
#include "prep/input/input_set.h"
#include "prep/tokenize/tokenize_journal.h"

namespace corpusmill {

// What this run would do, to compare with what is there.
struct ShardRunPlan {
  ShardSetNames names;
  std::filesystem::path journal_path;
  JournalHeader header;
  InputSet inputs;
  std::uint64_t vocabulary_size = 0;
  int threads = 1;
  bool overwrite = false;
};

struct ShardState {
  std::optional<Manifest> finished;    // verified: there is nothing to do
  std::vector<JournalRecord> records;  // of an unfinished run, verified
};

// Call it while holding the OutputLock of the manifest. Removes what must go before the run begins:
// everything where `overwrite` is asked for, and what an unfinished run left behind its last
// journaled shard. Throws Error(kMismatch) naming what differs, kCorrupt for a damaged shard.
ShardState examine_shard_state(const ShardRunPlan& plan);

}  // namespace corpusmill
