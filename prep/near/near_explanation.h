// `dedup --explain`: what dedup decides about one row, and why.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prep/input/input_set.h"
#include "prep/record/document.h"
#include "prep/record/line_id.h"

namespace corpusmill {

struct NearExplanation {
  struct Comparison {
    LineId other;
    bool other_was_before = false;  // in the walk
    bool earlier_is_kept = false;   // of the two, so that the later one may go for it
    double similarity = 0;
    std::uint32_t shared_bands = 0;
    std::string excerpt;  // of the other text
  };

  explicit NearExplanation(LineId asked) : line(asked) {}

  LineId line;
  bool was_read = false;
  std::optional<DropReason> dropped_before;  // by the parser or by exact dedup
  std::string detail;                        // of that
  std::string excerpt;                       // of its text
  bool is_candidate = false;                 // shares a band with another document
  std::optional<LineId> removed_for;         // by near dedup
  std::vector<Comparison> comparisons;       // those that reach the most first
  std::uint64_t cluster_documents = 0;       // 0: in no cluster
  LineId cluster_first;

  // What is known when the row has passed exact dedup. Takes no notice of other rows.
  void look_at(const DocumentBatch& batch);
  void sort_comparisons();

  // Throws Error(kUsage) where the row was not read.
  nlohmann::json to_json(const std::vector<std::string>& file_names, double threshold) const;
  std::string to_text(const std::vector<std::string>& file_names, double threshold) const;
};

// "FILE:LINE" as a place in the input: FILE is a name as InputSet lists it, or the end of one.
// Throws Error(kUsage).
LineId find_line(std::string_view place, const InputSet& inputs);

}  // namespace corpusmill
