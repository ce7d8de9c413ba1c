// The two parallel stages between parsing and the shards.
#pragma once

#include "prep/record/length_filter.h"
#include "prep/tokenize/document_encoder.h"
#include "prep/tokenize/encoded_batch.h"

namespace corpusmill {

// Measures the texts. Thread-safe.
EncodedBatch measure_documents(DocumentBatch&& batch, const LengthLimits& limits);

// Encodes every candidate that no earlier run has published, and applies the rules on tokens:
// limits count the ids of the text alone. Const and thread-safe.
class EncodeStage {
 public:
  // Both outlive it.
  EncodeStage(const DocumentEncoder& encoder, const LengthLimits& limits)
      : encoder_(&encoder), limits_(&limits) {}
  void encode(EncodedBatch& batch) const;

 private:
  // What becomes of a document, of which `result` says how it was encoded.
  void settle(Document& document, EncodedDocument& encoded, const EncodedText& result) const;
  const DocumentEncoder* encoder_;
  const LengthLimits* limits_;
};

// Drops a candidate for what the encoder found. The words do not depend on what was counted: a run
// that continues another knows the reason from the journal, and no more.
void refuse_candidate(Document& document, DropReason reason);

}  // namespace corpusmill
