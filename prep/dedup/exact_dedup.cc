#include "prep/dedup/exact_dedup.h"

#include <fmt/format.h>

#include <utility>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kTableEntriesMin = 16;

// x * n / 2^64: maps a hash onto [0, n) for any n, so tables need not be powers of two.
std::uint64_t scale_to(std::uint64_t hash, std::uint64_t n) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(hash) * n) >> 64);
}

}  // namespace

FingerprintSet::FingerprintSet(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

FingerprintSet::Entry& FingerprintSet::Table::slot(const Digest& fingerprint) {
  const std::uint64_t count = entries.size();
  std::uint64_t at = scale_to(fingerprint.low, count);
  while (true) {
    Entry& entry = entries[at];
    if (!entry.first) return entry;
    if (entry.low == fingerprint.low && entry.high == fingerprint.high) return entry;
    if (++at == count) at = 0;
  }
}

std::optional<LineId> FingerprintSet::find_or_insert(const Digest& fingerprint,
                                                     const Origin& origin) {
  Table& table = tables_[fingerprint.high >> 56];
  if (table.used * 8 >= table.entries.size() * 7) grow(table);
  Entry& entry = table.slot(fingerprint);
  if (entry.first) return entry.first;
  entry = {fingerprint.high, fingerprint.low, LineId::of(origin)};
  ++table.used;
  ++size_;
  return std::nullopt;
}

void FingerprintSet::grow(Table& table) {
  const std::uint64_t old_count = table.entries.size();
  const std::uint64_t count = old_count < kTableEntriesMin ? kTableEntriesMin : old_count * 3 / 2;
  // While entries move, the old table is still there.
  if (bytes_ + count * sizeof(Entry) > bytes_max_) {
    throw Error(ExitCode::kUsage,
                fmt::format("the fingerprints of {} distinct documents fill the {} bytes that "
                            "--memory leaves for them; give more with --memory",
                            size_, bytes_max_));
  }
  Table grown;
  grown.entries.resize(count);
  grown.used = table.used;
  for (const Entry& entry : table.entries) {
    if (entry.first) grown.slot({entry.high, entry.low}) = entry;
  }
  bytes_ += (count - old_count) * sizeof(Entry);
  table = std::move(grown);
}

ExactDeduplicator::ExactDeduplicator(std::uint64_t bytes_max, std::vector<std::string> file_names)
    : seen_(bytes_max), file_names_(std::move(file_names)) {}

void ExactDeduplicator::drop_repeats(DocumentBatch& batch) {
  for (Document& document : batch.documents) {
    if (!document.dropped) drop_repeat(document);
  }
}

void ExactDeduplicator::drop_repeat(Document& document) {
  const auto first = seen_.find_or_insert(document.fingerprint, document.line.origin);
  if (!first) return;
  document.drop(DropReason::kExactDuplicate);
  document.detail =
      fmt::format("same text as {}, line {}", file_names_[first->file()], first->line());
}

}  // namespace corpusmill
