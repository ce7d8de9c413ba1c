// The second read of near dedup: of the candidates alone, what the walk and the reports need.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "common/memory_budget.h"
#include "common/scratch_column.h"
#include "prep/input/input_options.h"
#include "prep/input/rereadable_input.h"
#include "prep/near/dedup_index.h"
#include "prep/near/near_candidates.h"
#include "prep/near/near_options.h"
#include "prep/near/set_store.h"

namespace corpusmill {

// How a text begins, cut at a character's end.
class Excerpt {
 public:
  Excerpt() = default;
  explicit Excerpt(std::string_view text);
  std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  std::uint8_t size_ = 0;
  std::array<char, 119> bytes_{};
};

// By number of the candidate.
struct NearTexts {
  SetStore sets;
  ScratchColumn<Excerpt> excerpts;
  // Larger is walked earlier; empty where the first one stays. Documents of an index come before
  // all others.
  ScratchColumn<double> ranks;
};

struct TextCollection {
  RereadableInput& input;  // rewound
  const InputOptions& input_options;
  const NearCandidates& candidates;
  // Of every document, its LineId, packed.
  const ScratchColumn<std::uint64_t>& lines;
  Shingler shingler;
  KeepRule keep;
  const DedupIndex* index = nullptr;  // its texts are the input's first files
  int threads = 1;
  std::function<void(std::uint64_t bytes)> on_read;
};

// Throws Error(kInputIo) where a candidate is not where it was in the first read.
NearTexts collect_texts(const TextCollection& collection, MemoryBudget& budget,
                        const std::filesystem::path& tmp_dir);

}  // namespace corpusmill
