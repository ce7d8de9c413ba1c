#include "prep/repeats/repeated_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "prep/exact/fingerprint.h"
#include "prep/record/row_rewrite.h"
#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

std::uint64_t count_characters(std::string_view text) {
  return static_cast<std::uint64_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

bool is_blank_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_code_point(text, at);
    if (!is_white_space(point.value)) return false;
    at += point.bytes;
  }
  return true;
}

}  // namespace

nlohmann::json RepeatedTextTally::to_json() const {
  return {{"documents", documents}, {"removed", units}, {"removed_bytes", bytes}};
}

RepeatedTextStage::RepeatedTextStage(RepeatedTextOptions options, RereadingStage* exact)
    : options_(std::move(options)),
      exact_(exact),
      counter_(options_.bytes_max / 2, options_.tmp_dir),
      exact_drops_(options_.bytes_max / 8, options_.tmp_dir),
      met_(options_.bytes_max) {}

void RepeatedTextStage::find_units(DocumentBatch& batch) const {
  const RepeatedOptions& repeated = options_.repeated;
  batch.units.resize(batch.documents.size());
  for (std::size_t i = 0; i < batch.documents.size(); ++i) {
    const Document& document = batch.documents[i];
    if (document.dropped) continue;
    DocumentUnits& units = batch.units[i];
    split_units(document.text, repeated.unit(), units.spans);
    for (const TextSpan& span : units.spans) {
      const std::string_view unit =
          trimmed(document.text.substr(span.begin, span.end - span.begin));
      const bool counts = repeated.min_chars <= 1 || count_characters(unit) >= repeated.min_chars;
      units.counts.push_back(counts);
      units.keys.push_back(counts ? fingerprint_of(unit) : Digest{});
    }
  }
}

bool RepeatedTextStage::pass(DocumentBatch& batch) {
  if (repeated_) {
    reader_->drop_repeats(batch);
    remove_units(batch);
    return true;
  }
  if (exact_ == nullptr || exact_->pass(batch)) count_units(batch);
  return false;
}

void RepeatedTextStage::count_units(DocumentBatch& batch) {
  for (std::size_t i = 0; i < batch.documents.size(); ++i) {
    const Document& document = batch.documents[i];
    const DocumentUnits& units = batch.units[i];
    if (document.dropped) {
      if (document.repeat_of != 0) {
        exact_drops_.add({.line = LineId::of(document.line.origin),
                          .of = LineId::from_packed(document.repeat_of),
                          .reason = document.reason});
      }
      continue;
    }
    for (std::size_t u = 0; u < units.keys.size(); ++u) {
      if (units.counts[u]) counter_.add(units.keys[u]);
    }
  }
}

std::optional<LineId> RepeatedTextStage::next_reading() {
  if (repeated_) {
    reader_->check_finished();
    return std::nullopt;
  }
  if (exact_ != nullptr) {
    // Behind that line documents were not decided, nor counted.
    if (const auto next = exact_->next_reading()) return next;
  }
  repeated_.emplace(counter_.repeated(options_.repeated.times_max()));
  drops_ = std::make_unique<DropList>(exact_drops_.finish());
  reader_ = std::make_unique<DropReader>(*drops_, options_.file_names);
  return LineId();
}

void RepeatedTextStage::remove_units(DocumentBatch& batch) {
  for (std::size_t i = 0; i < batch.documents.size(); ++i) {
    if (!batch.documents[i].dropped) remove_from(batch, i, batch.units[i]);
  }
}

// True for one that may not stay here.
bool RepeatedTextStage::goes(const Digest& key) {
  if (repeated_->value_of(key) == 0) return false;
  return !options_.repeated.keep_first || met_.find_or_insert(key, 1).has_value();
}

void RepeatedTextStage::remove_from(DocumentBatch& batch, std::size_t number,
                                    const DocumentUnits& units) {
  Document& document = batch.documents[number];
  std::vector<bool> marks(units.keys.size());
  std::uint64_t count = 0;
  for (std::size_t u = 0; u < units.keys.size(); ++u) {
    marks[u] = units.counts[u] && goes(units.keys[u]);
    count += marks[u] ? 1 : 0;
  }
  if (count == 0) return;
  const auto spans = spans_to_cut(document.text, options_.repeated.unit(), units.spans, marks);
  RewrittenDocument rewritten;
  rewritten.text = cut_spans(document.text, spans);
  ++removed_.documents;
  removed_.units += count;
  removed_.bytes += document.text.size() - rewritten.text.size();
  if (is_blank_text(rewritten.text)) {
    document.drop(DropReason::kOnlyRepeats);
    document.detail =
        fmt::format("all of its {} are repeated in the corpus",
                    options_.repeated.unit() == TextUnit::kLine ? "lines" : "paragraphs");
    return;
  }
  append_with_cuts(batch.lines.text_of(document.line), options_.text_field, spans, rewritten.row);
  const auto [at, is_new] = batch.rewritten.emplace(number, std::move(rewritten));
  document.text = at->second.text;
}

}  // namespace corpusmill
