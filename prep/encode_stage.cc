#include "prep/encode_stage.h"

#include <utility>

namespace corpusmill {

namespace {

// Of usual texts: two bytes an id are dense (Chinese in GPT-2's vocabulary). Growing while encoding
// would copy the ids again; what is reserved and not touched costs nothing.
constexpr std::size_t kTextBytesPerIdMin = 2;

std::size_t text_bytes(const DocumentBatch& batch) {
  std::size_t bytes = 0;
  for (const Document& document : batch.documents) bytes += document.text.size();
  return bytes;
}

}  // namespace

EncodedBatch measure_documents(DocumentBatch&& batch, const LengthLimits& limits) {
  EncodedBatch result;
  result.batch = std::move(batch);
  result.encoded.resize(result.batch.documents.size());
  if (!limits.limits_text()) return result;
  for (std::size_t i = 0; i < result.encoded.size(); ++i) {
    const Document& document = result.batch.documents[i];
    if (!document.dropped) result.encoded[i].text_refusal = limits.refuses_text(document.text);
  }
  return result;
}

void EncodeStage::encode(EncodedBatch& batch) const {
  batch.ids.reserve(text_bytes(batch.batch) / kTextBytesPerIdMin);
  for (std::size_t i = 0; i < batch.encoded.size(); ++i) {
    EncodedDocument& encoded = batch.encoded[i];
    Document& document = batch.batch.documents[i];
    if (!encoded.candidate || encoded.published || document.dropped) continue;
    encode_document(document, encoded, batch.ids);
  }
}

void EncodeStage::encode_document(Document& document, EncodedDocument& encoded,
                                  std::vector<TokenId>& ids) const {
  const std::size_t before = ids.size();
  const EncodeReport report = encoder_->encode(document.text, ids);
  if (report.refused) {
    refuse_candidate(document, DropReason::kSpecialInText);
    return;
  }
  const std::uint64_t count = ids.size() - before;
  if (const auto reason = limits_->refuses_tokens(count - encoder_->tokens_added())) {
    ids.resize(before);
    refuse_candidate(document, *reason);
    return;
  }
  encoded.ids_begin = before;
  encoded.ids_count = count;
  encoded.specials = report.specials;
}

void refuse_candidate(Document& document, DropReason reason) {
  document.drop(reason);
  document.detail = reason == DropReason::kSpecialInText ? "the text spells a special token"
                    : reason == DropReason::kTooShort    ? "fewer tokens than --min-tokens"
                                                         : "more tokens than --max-tokens";
}

}  // namespace corpusmill
