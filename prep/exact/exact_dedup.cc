#include "prep/exact/exact_dedup.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/error.h"
#include "common/stop_signal.h"

namespace corpusmill {
namespace {

// How far ahead of the search its memory is asked for.
constexpr std::size_t kLookAhead = 8;
constexpr std::uint64_t kRecordsPerStopCheck = 1 << 16;

}  // namespace

std::uint64_t LineNumbers::base_of(const DocumentBatch& batch) {
  const std::uint32_t file = batch.documents.front().line.origin.file;
  if (bases_.empty() || bases_.back().file != file) bases_.push_back({last_, file});
  const std::uint64_t base = bases_.back().before;
  last_ = base + batch.documents.back().line.origin.line;
  if (last_ > FingerprintSet::kValueMax) {
    throw Error(ExitCode::kUsage, fmt::format("dedup takes up to {} lines of all files together",
                                              FingerprintSet::kValueMax));
  }
  return base;
}

LineId LineNumbers::line_of(std::uint64_t number) const {
  const auto behind = std::partition_point(
      bases_.begin(), bases_.end(), [number](const Base& base) { return base.before < number; });
  const Base& base = *std::prev(behind);
  return LineId::of({base.file, number - base.before, 0});
}

bool ExactDeduplicator::Seen::operator<(const Seen& other) const {
  return std::tie(key.low, key.high, line) < std::tie(other.key.low, other.key.high, other.line);
}

ExactDeduplicator::ExactDeduplicator(ExactDedupOptions options)
    : options_(std::move(options)), seen_(options_.bytes_max) {}

bool ExactDeduplicator::pass(DocumentBatch& batch) {
  if (batch.documents.empty()) return true;
  if (reader_ != nullptr) {
    reader_->drop_repeats(batch);
    count_without_key(batch);
    return true;
  }
  if (collecting_ == nullptr) {
    drop_in_memory(batch);
    count_without_key(batch);
    if (seen_.full()) begin_collecting(LineId::of(batch.documents.back().line.origin));
    return true;
  }
  for (const Document& document : batch.documents) {
    if (document.dropped || !document.has_key) continue;
    collecting_->add({document.key, LineId::of(document.line.origin)});
  }
  ++collected_;
  return false;
}

void ExactDeduplicator::count_without_key(const DocumentBatch& batch) {
  for (const Document& document : batch.documents) {
    without_key_ += !document.dropped && !document.has_key ? 1 : 0;
  }
}

void ExactDeduplicator::drop_in_memory(DocumentBatch& batch) {
  const std::uint64_t base = numbers_.base_of(batch);
  std::vector<Document>& documents = batch.documents;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (i + kLookAhead < documents.size()) seen_.prefetch(documents[i + kLookAhead].key);
    Document& document = documents[i];
    if (document.dropped || !document.has_key) continue;
    const auto first = seen_.find_or_insert(document.key, base + document.line.origin.line);
    if (!first) continue;
    const LineId line = numbers_.line_of(*first);
    drop_as_repeat(document, DropReason::kExactDuplicate, 1, options_.file_names[line.file()],
                   line);
  }
}

void ExactDeduplicator::begin_collecting(LineId decided_until) {
  decided_until_ = decided_until;
  collecting_ = std::make_unique<ExternalSorter<Seen>>(options_.bytes_max / 2, options_.tmp_dir);
  collecting_->add_sorted_run([&](const auto& put) {
    seen_.drain([&](const Digest& key, std::uint64_t number) {
      put(Seen{key, numbers_.line_of(number)});
    });
  });
}

std::optional<LineId> ExactDeduplicator::next_reading() {
  if (reader_ != nullptr) reader_->check_finished();
  if (collecting_ == nullptr) return std::nullopt;
  if (collected_ > 0) {
    drops_ = std::make_unique<DropList>(decide());
    reader_ = std::make_unique<DropReader>(*drops_, options_.file_names);
  }
  collecting_.reset();
  return collected_ > 0 ? std::optional(decided_until_) : std::nullopt;
}

// What stands up to decided_until_ has been passed on: the first of its key, or dropped already.
DropList ExactDeduplicator::decide() {
  ExternalSorter<Repeat> repeats(options_.bytes_max / 4, options_.tmp_dir);
  Seen first{};
  std::uint64_t records = 0;
  spilled_bytes_ = collecting_->spilled_bytes();
  collecting_->for_each_sorted([&](const Seen& seen) {
    if (++records % kRecordsPerStopCheck == 0) throw_if_stop_requested();
    if (first.line && seen.key == first.key) {
      repeats.add({seen.line, first.line});
    } else {
      first = seen;
    }
  });
  DropListWriter writer(options_.bytes_max / 4, options_.tmp_dir);
  repeats.for_each_sorted([&](const Repeat& repeat) {
    writer.add({.line = repeat.line, .of = repeat.of, .reason = DropReason::kExactDuplicate});
  });
  return writer.finish();
}

}  // namespace corpusmill
