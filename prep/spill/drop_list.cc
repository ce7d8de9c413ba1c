#include "prep/spill/drop_list.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>
#include <utility>

#include "common/error.h"

namespace corpusmill {
namespace {

// As it lies on the disk.
constexpr std::uint64_t kChunkBytes = DropList::kChunkEntries * sizeof(DropEntry);

// Rounded towards zero: what is alike, but not the same, must not read as 1.00.
double two_digits(float similarity) {
  return std::floor(static_cast<double>(similarity) * 100 + 1e-4) / 100;
}

}  // namespace

void DropList::read_chunk(std::size_t number, std::vector<DropEntry>& entries) const {
  if (number >= spilled_chunks_) {
    entries = resident_[number - spilled_chunks_];
    return;
  }
  entries.resize(kChunkEntries);
  spill_->read_into(entries.data(), kChunkBytes, number * kChunkBytes);
}

DropListWriter::DropListWriter(std::uint64_t bytes_max, const std::filesystem::path& tmp_dir)
    : bytes_max_(bytes_max) {
  list_.spill_ = std::make_unique<SpillFile>(tmp_dir);
}

void DropListWriter::add(const DropEntry& entry) {
  std::vector<std::vector<DropEntry>>& chunks = list_.resident_;
  if (chunks.empty() || chunks.back().size() == DropList::kChunkEntries) {
    if ((chunks.size() + 1) * kChunkBytes > bytes_max_) spill();
    chunks.emplace_back().reserve(DropList::kChunkEntries);
  }
  chunks.back().push_back(entry);
  ++list_.size_;
}

// All that is resident: whole chunks.
void DropListWriter::spill() {
  for (const std::vector<DropEntry>& chunk : list_.resident_) {
    list_.spill_->append({reinterpret_cast<const char*>(chunk.data()), kChunkBytes});
    ++list_.spilled_chunks_;
  }
  list_.resident_.clear();
}

DropList DropListWriter::finish() {
  return std::move(list_);
}

void drop_as_repeat(Document& document, DropReason reason, float similarity, std::string_view file,
                    LineId of) {
  document.drop(reason);
  document.repeat_of = of.packed();
  document.detail =
      reason == DropReason::kNearDuplicate
          ? fmt::format("{:.2f} like {}, line {}", two_digits(similarity), file, of.line())
          : fmt::format("same text as {}, line {}", file, of.line());
}

DropReader::DropReader(const DropList& drops, std::vector<std::string> file_names)
    : drops_(&drops), file_names_(std::move(file_names)) {
  advance();
}

void DropReader::advance() {
  if (next_) ++at_;
  if (at_ == chunk_.size()) {
    at_ = 0;
    chunk_.clear();
    if (next_chunk_ < drops_->chunk_count()) drops_->read_chunk(next_chunk_++, chunk_);
  }
  next_ = chunk_.empty() ? LineId() : chunk_[at_].line;
}

void DropReader::drop_repeats(DocumentBatch& batch) {
  for (Document& document : batch.documents) {
    if (!document.dropped) drop_repeat(document);
  }
}

void DropReader::drop_repeat(Document& document) {
  if (!next_ || document.dropped) return;
  const LineId line = LineId::of(document.line.origin);
  if (line < next_) return;
  if (line != next_) refuse_changed_input();
  const DropEntry& entry = chunk_[at_];
  drop_as_repeat(document, entry.reason, entry.similarity, file_names_[entry.of.file()], entry.of);
  advance();
}

bool DropStage::pass(DocumentBatch& batch) {
  if (before_ != nullptr && !before_->pass(batch)) return false;
  reader_.drop_repeats(batch);
  return true;
}

std::optional<LineId> DropStage::next_reading() {
  if (before_ != nullptr) {
    if (const auto next = before_->next_reading()) return next;
  }
  reader_.check_finished();
  return std::nullopt;
}

void DropReader::check_finished() const {
  if (next_) refuse_changed_input();
}

void DropReader::refuse_changed_input() const {
  throw Error(ExitCode::kInputIo,
              fmt::format("{} changed between two readings: line {} was a document; run again "
                          "when nothing writes to it",
                          file_names_[next_.file()], next_.line()));
}

}  // namespace corpusmill
