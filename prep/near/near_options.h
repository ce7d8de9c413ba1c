// The options of near dedup, for `dedup` and for `run`: one definition for flags and recipe keys.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "prep/signature/shingle_set.h"
#include "prep/signature/sketcher.h"

namespace corpusmill {

// Which document of a verified pair is walked first, and so stays.
struct KeepRule {
  enum class Kind : std::uint8_t { kFirst, kLongest, kBest };
  Kind kind = Kind::kFirst;
  std::string field;  // of kBest

  // "first", "longest" (code points), "best:FIELD" (the largest number there). Throws
  // Error(kUsage).
  static KeepRule parse(const std::string& text);
};

struct NearOptions {
  double threshold = 0.8;
  std::string shingle = "units:5";
  std::string similarity = "jaccard";
  unsigned permutations = 112;
  unsigned bands = 0, rows = 0;  // 0: chosen for the threshold
  std::string preset;            // "fineweb" or empty
  std::string compat;            // "datatrove", "datatrove-sha1" or empty
  std::string keep = "first";
  std::uint32_t candidates_max = 1000;
  double cluster_share_max = 0.1;
  std::string pairs;           // file; empty: none
  std::uint64_t estimate = 0;  // documents of the sample; 0: no estimate

  void add_to(CLI::App& app);
  // Throws Error(kUsage) for what contradicts itself.
  void check() const;

  SketchOptions sketch() const;
  SimilarityKind kind() const;
  // What shapes the data: all but `pairs` and `estimate`, with what was left open decided.
  nlohmann::json to_json() const;
};

}  // namespace corpusmill
