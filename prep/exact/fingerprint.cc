#include "prep/exact/fingerprint.h"

namespace corpusmill {

Digest fingerprint_of(std::string_view text) {
  return digest_of(text);
}

void fingerprint_documents(DocumentBatch& batch) {
  for (Document& document : batch.documents) {
    if (document.dropped) continue;
    document.fingerprint = document.key = fingerprint_of(document.text);
    document.has_key = true;
  }
}

}  // namespace corpusmill
