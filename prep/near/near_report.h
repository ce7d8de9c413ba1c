// What near dedup found, for people and programs. docs/commands.md, "dedup".
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prep/near/near_walk.h"
#include "prep/near/recall_estimate.h"
#include "prep/record/line_id.h"

namespace corpusmill {

struct NearReport {
  struct ShownCluster {
    LineId first;
    std::uint64_t documents = 0;
    std::string excerpt;  // of the first one's text
  };

  nlohmann::json options = nlohmann::json::object();  // NearOptions::to_json()
  double expected_recall = 0;                         // of pairs at the threshold
  std::uint64_t documents = 0;                        // that were compared: after exact dedup
  std::uint64_t candidates = 0;                       // of those, that share a band with another
  WalkCounts walk;
  std::uint64_t clusters = 0, clustered_documents = 0;
  std::vector<ShownCluster> largest;
  // (file of the removed one, file of the one that stays): how many.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> removed_by_source;
  std::optional<RecallEstimate> estimate;  // where it was asked for

  // `file_names[i]` is the name of LineId::file i.
  nlohmann::json to_json(const std::vector<std::string>& file_names) const;
  std::string to_text(const std::vector<std::string>& file_names) const;
};

}  // namespace corpusmill
