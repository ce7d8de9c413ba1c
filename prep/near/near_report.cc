#include "prep/near/near_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "common/progress_line.h"
#include "prep/text/terminal_text.h"

namespace corpusmill {
namespace {

constexpr std::size_t kSourcesShown = 20;
constexpr std::size_t kClustersInText = 3;
constexpr std::size_t kExcerptCharacters = 60;

struct SourceRow {
  std::string file, of_file;
  std::uint64_t removed = 0;
};

std::vector<SourceRow> source_rows(const NearReport& report,
                                   const std::vector<std::string>& file_names) {
  std::vector<SourceRow> rows;
  for (const auto& [files, removed] : report.removed_by_source) {
    rows.push_back({file_names[files.first], file_names[files.second], removed});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const SourceRow& a, const SourceRow& b) { return a.removed > b.removed; });
  if (rows.size() > kSourcesShown) rows.resize(kSourcesShown);
  return rows;
}

}  // namespace

nlohmann::json NearReport::to_json(const std::vector<std::string>& file_names) const {
  nlohmann::json json = options;
  json["expected_recall"] = std::round(expected_recall * 1e6) / 1e6;
  json["documents"] = documents;
  json["candidates"] = candidates;
  json["compared_pairs"] = walk.compared;
  json["verified_pairs"] = walk.verified;
  json["cut_off"] = walk.cut_off;
  json["removed"] = walk.removed;
  json["clusters"] = clusters;
  json["clustered_documents"] = clustered_documents;
  json["largest_clusters"] = nlohmann::json::array();
  for (const ShownCluster& cluster : largest) {
    json["largest_clusters"].push_back({{"documents", cluster.documents},
                                        {"file", file_names[cluster.first.file()]},
                                        {"line", cluster.first.line()},
                                        {"excerpt", cluster.excerpt}});
  }
  if (estimate) json["estimate"] = estimate->to_json();
  json["removed_by_source"] = nlohmann::json::array();
  for (const SourceRow& row : source_rows(*this, file_names)) {
    json["removed_by_source"].push_back(
        {{"file", row.file}, {"of_file", row.of_file}, {"removed", row.removed}});
  }
  return json;
}

std::string NearReport::to_text(const std::vector<std::string>& file_names) const {
  std::string text = fmt::format(
      "  near: {} of {} documents share a band with another ({} bands of {}, finding {:.1f} % of "
      "the pairs at {})\n"
      "  near: {} pairs compared, {} at {} or above, in {} cluster{}\n",
      with_separators(candidates), with_separators(documents), options.value("bands", 0U),
      options.value("rows", 0U), 100 * expected_recall, options.value("threshold", 0.0),
      with_separators(walk.compared), with_separators(walk.verified),
      options.value("threshold", 0.0), with_separators(clusters), clusters == 1 ? "" : "s");
  if (walk.cut_off > 0) {
    text += fmt::format("  near: {} comparisons left out by --candidates-max\n",
                        with_separators(walk.cut_off));
  }
  if (estimate) text += estimate->to_text();
  for (std::size_t i = 0; i < std::min(largest.size(), kClustersInText); ++i) {
    text += fmt::format("  cluster of {}: {}, line {}: {}\n", with_separators(largest[i].documents),
                        file_names[largest[i].first.file()], largest[i].first.line(),
                        terminal_text(largest[i].excerpt, kExcerptCharacters));
  }
  return text;
}

}  // namespace corpusmill
