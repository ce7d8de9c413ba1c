// Near dedup as a whole: which documents go, decided in two reads of the input.
// docs/architecture.md, "Dedup".
#pragma once

#include <filesystem>
#include <string>

#include "common/options.h"
#include "prep/dedup/drop_list.h"
#include "prep/dedup/near_explanation.h"
#include "prep/dedup/near_options.h"
#include "prep/dedup/near_report.h"
#include "prep/input_options.h"
#include "prep/input_set.h"
#include "prep/text_run.h"

namespace corpusmill {

struct NearRun {
  const InputOptions& input;
  const CommonOptions& common;
  const NearOptions& options;
  const InputSet& inputs;  // files that can be read more than once
  std::filesystem::path tmp_dir;
  // The stages of exact dedup, as in TextRun: what they drop takes no part. May be empty and null.
  // Both are called while sketching only.
  BatchStage exact_in_parallel;
  RereadingStage* exact_in_order = nullptr;
  // Filled in where one is asked for; then no pairs are published, and no cluster is refused.
  NearExplanation* explanation = nullptr;
};

struct NearDecision {
  DropList drops;  // near duplicates alone
  NearReport report;
};

// A pure function of texts and options, whatever the threads and the memory; holds about
// common.memory_bytes, the rest lies in `tmp_dir`. Publishes options.pairs. Throws
// Error(kInputRejected), and publishes nothing, where a cluster exceeds cluster_share_max.
NearDecision decide_near_duplicates(const NearRun& run);

}  // namespace corpusmill
