// Near dedup as a whole: which documents go, decided in two reads of the input.
// docs/architecture.md, "Dedup".
#pragma once

#include <cstdint>
#include <filesystem>

#include "common/options.h"
#include "prep/input/input_options.h"
#include "prep/input/rereadable_input.h"
#include "prep/near/dedup_index.h"
#include "prep/near/key_spool.h"
#include "prep/near/near_checkpoint.h"
#include "prep/near/near_explanation.h"
#include "prep/near/near_options.h"
#include "prep/stage/rereading_stage.h"
#include "prep/stage/text_run.h"

namespace corpusmill {

struct NearRun {
  const InputOptions& input_options;
  const CommonOptions& common;
  const NearOptions& options;
  RereadableInput& input;  // at its beginning; rewound behind it
  std::filesystem::path tmp_dir;
  // The stages of exact dedup, as in TextRun: what they drop takes no part. May be empty and null.
  // Both are called while sketching only.
  BatchStage exact_in_parallel;
  RereadingStage* exact_in_order = nullptr;
  // Filled in where one is asked for; then no pairs are published, and no cluster is refused.
  NearExplanation* explanation = nullptr;
  // Where finished phases are kept, and taken from; null: nowhere.
  WorkFolder* work = nullptr;
  // Its documents, which are the input's first files, come before all others and stay. `spool`
  // then gets fingerprint and band keys of each new document that exact dedup leaves, in order.
  const DedupIndex* index = nullptr;
  KeySpool* spool = nullptr;
};

// A pure function of texts and options, whatever the threads and the memory; holds about
// common.memory_bytes, the rest lies in `tmp_dir`. Publishes options.pairs. Throws
// Error(kInputRejected), and publishes nothing, where a cluster exceeds cluster_share_max.
NearDecision decide_near_duplicates(const NearRun& run);

}  // namespace corpusmill
