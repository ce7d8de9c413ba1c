// The whole of `dedup`: rows in, the ones that stay out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/options.h"
#include "prep/exact/dedup_options.h"
#include "prep/input/input_options.h"
#include "prep/near/near_options.h"

namespace corpusmill {

struct DedupOptions {
  InputOptions input;
  CommonOptions common;
  ExactOptions exact;
  RepeatedOptions repeated;
  NearOptions near;
  std::string output;
  bool is_exact = true;
  bool is_near = false;
  std::string explain;  // FILE:LINE; empty: none
  std::string index;    // folder; empty: none
  // Of a larger input, near dedup's finished phases are kept beside the output until it stands.
  std::uint64_t checkpoint_bytes_min = kCheckpointBytesMin;
  static constexpr std::uint64_t kCheckpointBytesMin = 1ULL << 30;

  // Throws Error(kUsage) for what contradicts itself.
  void check() const;
};

// Prints the summary when all is published. Killed and run again, it ends with the same bytes.
void run_dedup(const DedupOptions& options);

// What is decided about the row options.explain, for people or, with --json, for programs. Writes
// nothing.
std::string explain_row(const DedupOptions& options);

// `.NAME.dedup` beside the output NAME: where near dedup keeps its finished phases.
std::filesystem::path near_work_path(const std::filesystem::path& output);

}  // namespace corpusmill
