#include "prep/stage/run_summary.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "common/progress_line.h"
#include "common/version.h"

namespace corpusmill {

RunSummary::RunSummary(std::string command, const CommonOptions& common)
    : command_(std::move(command)), common_(common) {}

double RunSummary::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

nlohmann::json RunSummary::to_json() const {
  nlohmann::json object = more;
  object["command"] = command_;
  object["version"] = tool_version();
  object["seconds"] = std::round(seconds() * 1e3) / 1e3;
  object["threads"] = common_.thread_count();
  object["bytes_in"] = books.in().bytes;
  object["books"] = books.to_json();
  object["documents"] = documents;
  object["tokens"] = tokens ? nlohmann::json(*tokens) : nlohmann::json(nullptr);
  object["outputs"] = outputs;
  return object;
}

std::string RunSummary::to_text() const {
  const double megabytes = static_cast<double>(books.in().bytes) / 1e6;
  std::string text =
      fmt::format("{}: {:.1f} MB in {}, {:.1f} MB/s, {} thread{}\n", command_, megabytes,
                  format_duration(seconds()), megabytes / std::max(seconds(), 1e-3),
                  common_.thread_count(), common_.thread_count() == 1 ? "" : "s");
  text += books.to_text();
  if (tokens) {
    text += fmt::format("  {:<20}{:>14}\n", "documents", with_separators(documents));
    text += fmt::format("  {:<20}{:>14}\n", "tokens", with_separators(*tokens));
  }
  for (const std::string& output : outputs) text += fmt::format("  wrote {}\n", output);
  return text;
}

void RunSummary::finish(const std::string& notes) const {
  books.check_closed();
  if (!common_.quiet) fmt::print(stderr, "{}{}", to_text(), notes);
  // File names may hold bytes that are no UTF-8.
  const auto replace = nlohmann::json::error_handler_t::replace;
  if (common_.json) fmt::print("{}\n", to_json().dump(-1, ' ', false, replace));
}

}  // namespace corpusmill
