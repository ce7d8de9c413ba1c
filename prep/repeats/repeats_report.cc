#include "prep/repeats/repeats_report.h"

#include <fmt/format.h>

#include "common/progress_line.h"

namespace corpusmill {
namespace {

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void put_place(const ShardCorpus& corpus, std::uint64_t position,
               const std::vector<InputInfo>& inputs, const std::string& prefix,
               nlohmann::ordered_json& row) {
  const CorpusDocument& document = corpus.document_at(position);
  row[prefix + "split"] = split_name(document.split);
  row[prefix + "document"] = document.number;
  row[prefix + "file"] = inputs.at(document.origin.input).name;
  row[prefix + "line"] = document.origin.line;
  row[prefix + "at"] = position - document.tokens.begin;
}

}  // namespace

RepeatsSummary::RepeatsSummary(const ShardCorpus& corpus, std::span<const RepeatedSpan> found)
    : tokens(corpus.tokens().size()), spans(found.size()) {
  std::uint64_t last_end = 0;  // of the last document counted
  for (const RepeatedSpan& span : found) {
    repeated_tokens += span.end - span.begin;
    if (span.begin < last_end) continue;
    ++documents;
    last_end = corpus.document_at(span.begin).tokens.end;
  }
}

nlohmann::json RepeatsSummary::to_json() const {
  nlohmann::json json;
  json["tokens"] = tokens;
  json["spans"] = spans;
  json["repeated_tokens"] = repeated_tokens;
  json["share"] = share_of(repeated_tokens, tokens);
  json["documents"] = documents;
  return json;
}

std::string RepeatsSummary::to_text() const {
  return fmt::format("  {} of {} tokens are repeated ({:.2f} %), in {} spans of {} documents\n",
                     with_separators(repeated_tokens), with_separators(tokens),
                     100 * share_of(repeated_tokens, tokens), with_separators(spans),
                     with_separators(documents));
}

std::string repeat_row(const ShardCorpus& corpus, const RepeatedSpan& span,
                       const std::vector<InputInfo>& inputs) {
  nlohmann::ordered_json row;
  put_place(corpus, span.begin, inputs, "", row);
  row["tokens"] = span.end - span.begin;
  put_place(corpus, span.first, inputs, "of_", row);
  return row.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace corpusmill
