// The first read of near dedup: the band keys and the places of all documents that take part.
#pragma once

#include <cstdint>

#include "common/options.h"
#include "common/scratch_column.h"
#include "prep/input/input_options.h"
#include "prep/input/rereadable_input.h"
#include "prep/near/key_spool.h"
#include "prep/near/near_candidates.h"
#include "prep/near/near_explanation.h"
#include "prep/signature/sketcher.h"
#include "prep/stage/rereading_stage.h"
#include "prep/stage/text_run.h"

namespace corpusmill {

struct SketchPass {
  RereadableInput& input;  // at its beginning
  const InputOptions& input_options;
  const CommonOptions& common;
  const Sketcher& sketcher;
  // As in NearRun.
  BatchStage exact_in_parallel;
  RereadingStage* exact_in_order = nullptr;
  const DedupIndex* index = nullptr;
  KeySpool* spool = nullptr;  // gets what an index needs, of documents that are not in one
  NearExplanation* explanation = nullptr;
};

// Documents of the index come first. Adds to `keys` and, in the same order, to `lines` the LineId,
// packed, of every document that neither the parser nor exact dedup drops.
void sketch_documents(const SketchPass& pass, BandKeys& keys, ScratchColumn<std::uint64_t>& lines);

}  // namespace corpusmill
