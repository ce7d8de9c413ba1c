#include "prep/tokenize/encode_stage.h"

#include <string_view>
#include <utility>
#include <vector>

namespace corpusmill {

namespace {

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
  // As many as can come of it, nearly: to grow would copy them; what is not touched costs nothing.
  batch.ids.reserve(text_bytes(batch.batch));
  std::vector<std::size_t> numbers;
  std::vector<std::string_view> texts;
  for (std::size_t i = 0; i < batch.encoded.size(); ++i) {
    const EncodedDocument& encoded = batch.encoded[i];
    const Document& document = batch.batch.documents[i];
    if (!encoded.candidate || encoded.published || document.dropped) continue;
    numbers.push_back(i);
    texts.push_back(document.text);
  }
  std::vector<EncodedText> results(texts.size());
  encoder_->encode_all(texts, batch.ids, results);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    settle(batch.batch.documents[numbers[i]], batch.encoded[numbers[i]], results[i]);
  }
}

void EncodeStage::settle(Document& document, EncodedDocument& encoded,
                         const EncodedText& result) const {
  if (result.report.refused) {
    refuse_candidate(document, DropReason::kSpecialInText);
    return;
  }
  const std::uint64_t count = result.ids_end - result.ids_begin;
  if (const auto reason = limits_->refuses_tokens(count - encoder_->tokens_added())) {
    refuse_candidate(document, *reason);
    return;
  }
  encoded.ids_begin = result.ids_begin;
  encoded.ids_count = count;
  encoded.specials = result.report.specials;
}

void refuse_candidate(Document& document, DropReason reason) {
  document.drop(reason);
  document.detail = reason == DropReason::kSpecialInText ? "the text spells a special token"
                    : reason == DropReason::kTooShort    ? "fewer tokens than --min-tokens"
                                                         : "more tokens than --max-tokens";
}

}  // namespace corpusmill
