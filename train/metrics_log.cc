#include "train/metrics_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace corpusmill {
namespace {

constexpr std::uint64_t kMetricsBytesMax = 4ULL << 30;

bool belongs_to_run(std::string_view line, std::uint64_t step) {
  const auto row = nlohmann::json::parse(line, nullptr, false);
  const auto found = row.is_object() ? row.find("step") : row.end();
  return row.is_object() && found != row.end() && found->is_number_unsigned() &&
         found->get<std::uint64_t>() <= step;
}

// The file with the rows up to `step` alone, ready for more.
File open_at_step(const std::filesystem::path& path, std::uint64_t step) {
  if (file_exists(path)) {
    const std::string text = read_file(path, kMetricsBytesMax);
    std::string kept;
    std::size_t begin = 0;
    for (std::size_t end; (end = text.find('\n', begin)) != text.npos; begin = end + 1) {
      const std::string_view line = std::string_view(text).substr(begin, end + 1 - begin);
      if (belongs_to_run(line, step)) kept += line;
    }
    if (kept != text) write_file_atomically(path, kept);
  }
  return File::open_append(path);
}

}  // namespace

std::string format_duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::max(0.0, std::round(seconds)));
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string step_line(const StepMetrics& metrics, const StepTiming& timing,
                      const RunLength& length) {
  std::string line = fmt::format(
      "epoch {}/{} step {}/{} loss {:.4f} lr {:.2e} grad {:.2f} {:.0f} tok/s ETA {}",
      metrics.epoch + 1, length.epochs, metrics.step, length.steps, metrics.loss, metrics.lr,
      metrics.grad_norm, timing.tokens_per_second, format_duration(timing.eta_seconds));
  if (metrics.loss_scale) line += fmt::format(" scale {:.0f}", *metrics.loss_scale);
  if (metrics.skipped) line += " (overflow: no update)";
  return line;
}

nlohmann::json step_row(const StepMetrics& metrics, const StepTiming& timing) {
  nlohmann::json row = {{"kind", "train"},
                        {"step", metrics.step},
                        {"epoch", metrics.epoch},
                        {"tokens", metrics.tokens},
                        {"loss", metrics.loss},
                        {"lr", metrics.lr},
                        {"grad_norm", metrics.grad_norm},
                        {"time",
                         {{"tokens_per_second", timing.tokens_per_second},
                          {"seconds", timing.seconds},
                          {"eta_seconds", timing.eta_seconds}}}};
  if (metrics.loss_scale) row["loss_scale"] = *metrics.loss_scale;
  if (metrics.skipped) row["skipped"] = true;
  return row;
}

MetricsLog::MetricsLog(const std::filesystem::path& path, std::uint64_t step)
    : file_(open_at_step(path, step)) {}

void MetricsLog::write(const nlohmann::json& row) {
  file_.write_all(row.dump() + "\n");
}

}  // namespace corpusmill
