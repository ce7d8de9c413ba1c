#include "prep/near/near_explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/error.h"
#include "prep/near/near_texts.h"
#include "prep/text/terminal_text.h"

namespace corpusmill {
namespace {

constexpr std::size_t kExcerptCharacters = 100;

std::string place_of(LineId line, const std::vector<std::string>& file_names) {
  return fmt::format("{}, line {}", file_names[line.file()], line.line());
}

nlohmann::json place_json(LineId line, const std::vector<std::string>& file_names) {
  return {{"file", file_names[line.file()]}, {"line", line.line()}};
}

// What a comparison did.
std::string_view verdict_of(const NearExplanation::Comparison& pair, double threshold) {
  if (pair.similarity < threshold) return "not alike enough";
  if (!pair.earlier_is_kept)
    return pair.other_was_before ? "alike, but gone itself" : "alike, stays";
  return pair.other_was_before ? "alike, and stays" : "alike, goes for this one";
}

void refuse_unread(const NearExplanation& explanation, const std::vector<std::string>& file_names) {
  if (explanation.was_read) return;
  throw Error(ExitCode::kUsage,
              fmt::format("--explain: {} has no line {}", file_names[explanation.line.file()],
                          explanation.line.line()));
}

std::string decision_of(const NearExplanation& explanation,
                        const std::vector<std::string>& file_names) {
  if (explanation.dropped_before) {
    return fmt::format("dropped, {}: {}", drop_reason_name(*explanation.dropped_before),
                       explanation.detail);
  }
  if (explanation.removed_for) {
    return "dropped, near_duplicate of " + place_of(*explanation.removed_for, file_names);
  }
  if (!explanation.is_candidate) return "kept; it shares no band with any other text";
  return "kept";
}

}  // namespace

void NearExplanation::look_at(const DocumentBatch& batch) {
  if (batch.documents.empty()) return;
  const auto id = [](const Document& document) { return LineId::of(document.line.origin); };
  if (line < id(batch.documents.front()) || id(batch.documents.back()) < line) return;
  for (const Document& document : batch.documents) {
    if (id(document) != line) continue;
    was_read = true;
    excerpt = Excerpt(document.text).text();
    if (!document.dropped) return;
    dropped_before = document.reason;
    detail = document.detail;
  }
}

void NearExplanation::sort_comparisons() {
  std::stable_sort(
      comparisons.begin(), comparisons.end(),
      [](const Comparison& a, const Comparison& b) { return a.similarity > b.similarity; });
}

nlohmann::json NearExplanation::to_json(const std::vector<std::string>& file_names,
                                        double threshold) const {
  refuse_unread(*this, file_names);
  nlohmann::json json = place_json(line, file_names);
  json["decision"] = decision_of(*this, file_names);
  json["kept"] = !dropped_before && !removed_for;
  json["excerpt"] = excerpt;
  json["comparisons"] = nlohmann::json::array();
  for (const Comparison& pair : comparisons) {
    nlohmann::json row = place_json(pair.other, file_names);
    row["similarity"] = pair.similarity;
    row["shared_bands"] = pair.shared_bands;
    row["walked_before"] = pair.other_was_before;
    row["verdict"] = verdict_of(pair, threshold);
    row["excerpt"] = pair.excerpt;
    json["comparisons"].push_back(std::move(row));
  }
  json["cluster"] = nullptr;
  if (cluster_documents > 0) {
    json["cluster"] = place_json(cluster_first, file_names);
    json["cluster"]["documents"] = cluster_documents;
  }
  return json;
}

std::string NearExplanation::to_text(const std::vector<std::string>& file_names,
                                     double threshold) const {
  refuse_unread(*this, file_names);
  std::string text =
      fmt::format("{}: {}\n  {}\n", place_of(line, file_names), decision_of(*this, file_names),
                  terminal_text(excerpt, kExcerptCharacters));
  if (!comparisons.empty()) {
    text += fmt::format("compared with {} text{}, at a threshold of {}:\n", comparisons.size(),
                        comparisons.size() == 1 ? "" : "s", threshold);
  }
  for (const Comparison& pair : comparisons) {
    text +=
        fmt::format("{:>8.4f}  {:>2} bands  {}  {}\n          {}\n", pair.similarity,
                    pair.shared_bands, place_of(pair.other, file_names),
                    verdict_of(pair, threshold), terminal_text(pair.excerpt, kExcerptCharacters));
  }
  if (cluster_documents > 0) {
    text += fmt::format("in a cluster of {}, which begins with {}\n", cluster_documents,
                        place_of(cluster_first, file_names));
  }
  return text;
}

LineId find_line(std::string_view place, const InputSet& inputs) {
  const auto refuse = [&](std::string_view why) {
    throw Error(ExitCode::kUsage, fmt::format("--explain {}: {}", place, why));
  };
  const std::size_t colon = place.rfind(':');
  std::uint64_t line = 0;
  const char* const end = place.data() + place.size();
  if (colon == std::string_view::npos) refuse("give FILE:LINE");
  const auto [stop, error] = std::from_chars(place.data() + colon + 1, end, line);
  if (error != std::errc() || stop != end || line == 0) refuse("give FILE:LINE");
  const std::string_view name = place.substr(0, colon);
  const std::vector<InputFile>& files = inputs.files();
  const auto is_it = [&](const InputFile& file) {
    return file.name == name || std::string_view(file.name).ends_with("/" + std::string(name));
  };
  const auto found = std::find_if(files.begin(), files.end(), is_it);
  if (found == files.end()) refuse("no input file has that name");
  return LineId::of({static_cast<std::uint32_t>(found - files.begin()), line, 0});
}

}  // namespace corpusmill
