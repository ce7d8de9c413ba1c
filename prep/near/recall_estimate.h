// How many near duplicates the band keys find, and how many pairs they propose in vain, measured:
// a sample of the documents against all documents, by exact similarity.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "common/scratch_column.h"
#include "prep/input/input_options.h"
#include "prep/input/input_set.h"
#include "prep/signature/shingle_set.h"
#include "prep/signature/sketcher.h"

namespace corpusmill {

struct EstimateRun {
  const InputSet& inputs;
  const InputOptions& input;
  // Of every document that takes part, its LineId, packed.
  const ScratchColumn<std::uint64_t>& lines;
  SketchOptions sketch;
  SimilarityKind kind = SimilarityKind::kJaccard;
  double threshold = 0.8;
  std::uint64_t sample = 1000;  // documents, over 0
  std::uint64_t seed = 0;
  std::uint64_t memory_bytes = 0;  // for the sample
  int threads = 1;
  std::function<void(std::uint64_t bytes)> on_read;
};

// A pair is two documents of which at least one is in the sample, counted once.
struct RecallEstimate {
  std::uint64_t documents = 0, sampled = 0;
  std::uint64_t alike = 0;        // pairs at or above the threshold
  std::uint64_t alike_found = 0;  // of those, that share a band key
  double alike_expected = 0;      // of those, that the S-curve says, each at its own similarity
  std::uint64_t proposed = 0;     // pairs that share a band key

  // Shares of 1; 1 where there is nothing to find or nothing proposed.
  double recall() const;
  double expected_recall() const;
  double precision() const;

  nlohmann::json to_json() const;
  std::string to_text() const;
};

// The sample is drawn by a keyed hash of the documents' numbers: a function of inputs, options and
// seed. Reads the input twice, the first time for the sample alone. Throws Error(kUsage) where the
// sample does not fit in memory_bytes.
RecallEstimate estimate_recall(const EstimateRun& run);

}  // namespace corpusmill
