// The whole of a command that writes rows: lines of JSONL in, the kept ones out byte for byte, the
// dropped ones into the quarantine; in one pass, unless a stage asks for another.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/options.h"
#include "prep/input/input_options.h"
#include "prep/input/input_set.h"
#include "prep/input/rereadable_input.h"
#include "prep/record/document.h"
#include "prep/stage/rereading_stage.h"
#include "prep/stage/run_summary.h"

namespace corpusmill {

using BatchStage = std::function<void(DocumentBatch&)>;

struct TextRun {
  std::string command;
  const InputOptions& input;
  const CommonOptions& common;
  const InputSet& inputs;
  std::string output;
  LineReaderOptions reader = input.line_reader_options();
  // Called by several threads at once; may be empty.
  BatchStage in_parallel;
  // Called in input order, behind `in_parallel`; may be null.
  RereadingStage* in_order = nullptr;
  // Called first, when the output is locked: may read the input, which it leaves rewound, and
  // returns the stage that takes the place of `in_order`. May be empty.
  std::function<RereadingStage*(RereadableInput&)> prepare = {};
  // When all is published, with the files that were read: adds what the command alone knows to the
  // summary, and returns lines for people behind its books. May be empty.
  std::function<std::string(RunSummary&, const std::vector<InputInfo>&)> summarize = {};
};

// Prints the summary when all is published.
void run_to_text(const TextRun& run);

}  // namespace corpusmill
