// What a run tells of itself: one line per log interval for people, one JSON object per line in
// OUT/metrics.jsonl for programs. Everything in a row is a pure function of the run but what stands
// under its "time" key: two logs are equal when they are equal without it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "common/file.h"

namespace corpusmill {

struct StepMetrics {
  std::uint64_t step = 0;    // optimizer steps done, this one included
  std::uint64_t epoch = 0;   // from 0
  std::uint64_t tokens = 0;  // target tokens seen since the start of the run
  double loss = 0;           // mean over the global batch of this step
  double lr = 0;
  double grad_norm = 0;              // before clipping
  std::optional<double> loss_scale;  // with a loss scaler
  bool skipped = false;              // the scaler met an overflow: no update in this step
};

// Wall-clock figures, of the steps since the last line.
struct StepTiming {
  double tokens_per_second = 0;
  double seconds = 0;      // since this process began to train
  double eta_seconds = 0;  // to the last step
};

struct RunLength {
  std::uint64_t epochs = 0;
  std::uint64_t steps = 0;
};

// "epoch 1/2 step 120/2000 loss 3.4123 lr 4.90e-04 grad 0.81 12345 tok/s ETA 0:03:12"
std::string step_line(const StepMetrics& metrics, const StepTiming& timing,
                      const RunLength& length);
nlohmann::json step_row(const StepMetrics& metrics, const StepTiming& timing);

// "1:02:03"; hours are not cut off.
std::string format_duration(double seconds);

class MetricsLog {
 public:
  // Opens OUT/metrics.jsonl and drops what an interrupted run wrote after `step`: rows of later
  // steps, and a last line cut short.
  MetricsLog(const std::filesystem::path& path, std::uint64_t step);

  // One row, in one write.
  void write(const nlohmann::json& row);
  // Before a checkpoint is published, so that its rows are there when it is.
  void sync() { file_.sync(); }
  void close() { file_.close(); }

 private:
  File file_;
};

}  // namespace corpusmill
