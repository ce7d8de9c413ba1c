// The whole of a command that writes rows: lines of JSONL in, the kept ones out byte for byte, the
// dropped ones into the quarantine, in one pass.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "common/options.h"
#include "prep/document.h"
#include "prep/input_options.h"
#include "prep/input_set.h"

namespace corpusmill {

using BatchStage = std::function<void(DocumentBatch&)>;

struct TextRun {
  std::string command;
  const InputOptions& input;
  const CommonOptions& common;
  const InputSet& inputs;
  std::string output;
  // Called by several threads at once; may be empty.
  BatchStage in_parallel;
  // Called in input order, behind `in_parallel`; may be empty.
  BatchStage in_order;
  // Keys for the summary's object, and lines for people behind its books.
  nlohmann::json more = nlohmann::json::object();
  std::string notes = "";
};

// Prints the summary when all is published.
void run_to_text(const TextRun& run);

}  // namespace corpusmill
