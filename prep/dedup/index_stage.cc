#include "prep/dedup/index_stage.h"

#include <utility>

namespace corpusmill {

bool IndexFeed::pass(DocumentBatch& batch) {
  if (!is_fed_) feed();
  return exact_->pass(batch);
}

std::optional<LineId> IndexFeed::next_reading() {
  const std::optional<LineId> next = exact_->next_reading();
  is_fed_ = false;
  after_ = next.value_or(LineId());
  return next;
}

void IndexFeed::feed() {
  constexpr std::size_t kBatchDocuments = 4096;
  is_fed_ = true;
  std::uint32_t file = 0;
  for (const DedupIndex::Segment& segment : index_->segments()) {
    DocumentBatch batch;
    const auto end_batch = [&] {
      if (!batch.documents.empty()) exact_->pass(batch);
      batch.documents.clear();
    };
    index_->for_each(segment, [&](std::uint64_t number, const IndexedDocument& indexed) {
      Document document;
      document.line.origin = {file, number + 1, 0};
      if (LineId::of(document.line.origin) <= after_) return;
      document.fingerprint = indexed.fingerprint;
      document.key = indexed.fingerprint;
      document.has_key = indexed.fingerprint != Digest{};
      batch.documents.push_back(std::move(document));
      if (batch.documents.size() == kBatchDocuments) end_batch();
    });
    end_batch();
    ++file;
  }
}

IndexStage::IndexStage(DedupIndex& index, KeySpool& spool, std::vector<std::string> file_names,
                       RereadingStage* before)
    : writer_(index, std::move(file_names)), spool_(&spool), before_(before) {}

bool IndexStage::pass(DocumentBatch& batch) {
  if (before_ != nullptr && !before_->pass(batch)) return false;
  for (const Document& document : batch.documents) {
    // Others took no part in near dedup.
    if (document.dropped && document.reason != DropReason::kNearDuplicate) continue;
    const IndexedDocument indexed = spool_->next();
    if (!document.dropped) writer_.add(document, indexed);
  }
  return true;
}

std::optional<LineId> IndexStage::next_reading() {
  return before_ == nullptr ? std::nullopt : before_->next_reading();
}

}  // namespace corpusmill
