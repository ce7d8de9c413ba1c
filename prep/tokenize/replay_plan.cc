#include "prep/tokenize/replay_plan.h"

#include "prep/tokenize/encode_stage.h"

namespace corpusmill {

ReplayPlan::ReplayPlan(const std::vector<JournalRecord>& records, SplitRule split) : split_(split) {
  for (const JournalRecord& record : records) {
    refusals_.insert(refusals_.end(), record.refusals.begin(), record.refusals.end());
    published_[static_cast<std::size_t>(record.shard.info.split)] += record.shard.info.documents;
    decided_ = record.candidates;
  }
}

void ReplayPlan::decide(Document& document, EncodedDocument& encoded) {
  encoded.candidate = true;
  const std::uint64_t candidate = candidate_++;
  if (candidate >= decided_) return;
  if (next_refusal_ < refusals_.size() && refusals_[next_refusal_].candidate == candidate) {
    refuse_candidate(document, refusals_[next_refusal_++].reason);
    return;
  }
  // A split's documents fill its shards in order, so the first `published_` of them are in those
  // that exist; later ones were in a shard that was still open when the run ended.
  const auto split = static_cast<std::size_t>(split_.of(ordinal_++));
  encoded.published = seen_[split]++ < published_[split];
}

void choose_candidates(EncodedBatch& batch, RereadingStage* dedup, const LengthLimits& limits,
                       ReplayPlan& replay) {
  batch.undecided = dedup != nullptr && !dedup->pass(batch.batch);
  if (batch.undecided) return;
  for (std::size_t i = 0; i < batch.encoded.size(); ++i) {
    Document& document = batch.batch.documents[i];
    EncodedDocument& encoded = batch.encoded[i];
    if (document.dropped) continue;
    if (batch.batch.rewritten.contains(i)) {
      encoded.text_refusal = limits.refuses_text(document.text);
    }
    if (encoded.text_refusal) {
      document.drop(*encoded.text_refusal);
      document.detail = describe_text_refusal(limits, document.text);
      continue;
    }
    replay.decide(document, encoded);
  }
}

}  // namespace corpusmill
