// What near dedup writes into its work folder: after grouping, and when all is decided.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "common/memory_budget.h"
#include "prep/input/input_set.h"
#include "prep/near/near_candidates.h"
#include "prep/spill/drop_list.h"
#include "prep/spill/work_folder.h"

namespace corpusmill {

// The result of the first read.
struct NearGroups {
  std::uint64_t documents = 0;
  ScratchColumn<std::uint64_t> lines;  // of every document, its LineId, packed
  NearCandidates candidates;
};

// The result of all.
struct NearDecision {
  DropList drops;         // near duplicates alone
  nlohmann::json report;  // NearReport::to_json()
  std::string text;       // NearReport::to_text()
};

void save_groups(const NearGroups& groups, WorkFolder& folder);
std::optional<NearGroups> load_groups(const WorkFolder& folder, MemoryBudget& budget,
                                      const std::filesystem::path& tmp_dir);

void save_decision(const NearDecision& decision, WorkFolder& folder);
std::optional<NearDecision> load_decision(const WorkFolder& folder, std::uint64_t drop_bytes_max,
                                          const std::filesystem::path& tmp_dir);

// The files as they are now, for the folder's identity; null where one cannot be read again.
nlohmann::json input_identity(const InputSet& inputs);

}  // namespace corpusmill
