#include "common/progress_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace corpusmill {
namespace {

constexpr std::size_t kBarColumns = 24;

double fraction_done(const ProgressState& state) {
  const double total = static_cast<double>(state.bytes_total);
  return std::min(1.0, static_cast<double>(state.bytes) / total);
}

std::string rates(const ProgressState& state) {
  const double seconds = std::max(state.seconds, 1e-3);
  std::string text = fmt::format(
      "{:.1f} MB/s, {} documents/s", static_cast<double>(state.bytes) / seconds / 1e6,
      with_separators(static_cast<std::uint64_t>(static_cast<double>(state.documents) / seconds)));
  if (state.drops > 0) text += fmt::format(", {} dropped", with_separators(state.drops));
  if (state.bytes_total > 0 && state.bytes > 0) {
    const double done = fraction_done(state);
    text += fmt::format(", {} left", format_duration(state.seconds * (1 - done) / done));
  }
  return text;
}

}  // namespace

std::string with_separators(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text.push_back(',');
    text.push_back(digits[i]);
  }
  return text;
}

std::string format_duration(double seconds) {
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1e3);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string progress_line(std::string_view label, const ProgressState& state) {
  if (state.bytes_total == 0) {
    return fmt::format("{}: {:.1f} MB, {}", label, static_cast<double>(state.bytes) / 1e6,
                       rates(state));
  }
  return fmt::format("{}: {:.0f}%, {}", label, std::floor(100 * fraction_done(state)),
                     rates(state));
}

std::string progress_bar(std::string_view label, const ProgressState& state, std::size_t columns) {
  std::string text = progress_line(label, state);
  if (state.bytes_total > 0) {
    const auto filled =
        static_cast<std::size_t>(fraction_done(state) * static_cast<double>(kBarColumns));
    text = fmt::format("[{:=<{}}{: <{}}] {}", "", filled, "", kBarColumns - filled, text);
  }
  return text.substr(0, columns > 0 ? columns - 1 : 0);
}

std::size_t terminal_columns() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace corpusmill
