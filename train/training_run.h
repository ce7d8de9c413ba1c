// A whole pretraining run: data, resume, the loop with its log, validation and checkpoints.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "train/process_group.h"
#include "train/train_options.h"

namespace corpusmill {

// Lines for people, from rank 0 alone.
using LineSink = std::function<void(const std::string&)>;

struct RunSummary {
  std::uint64_t steps = 0;  // done in all
  std::uint64_t steps_total = 0;
  std::uint64_t steps_here = 0;  // by this process
  std::uint64_t tokens = 0;
  std::optional<double> loss;             // of the last step
  std::optional<double> validation_loss;  // at the end
  std::filesystem::path checkpoint;       // the last one
  nlohmann::json to_json() const;
};

// Every rank calls it with the same options. Throws Error: kStopped after a signal, once the step
// is finished and saved; kNonFinite, kPeerFailed, kMismatch as DESIGN's exit codes have them.
RunSummary run_training(const TrainOptions& options, ProcessGroup& group,
                        const RankEnvironment& environment, const LineSink& line);

}  // namespace corpusmill
