#include "prep/fingerprint.h"

#include <xxhash.h>

namespace corpusmill {

Digest fingerprint_of(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return {hash.high64, hash.low64};
}

void fingerprint_documents(DocumentBatch& batch) {
  for (Document& document : batch.documents) {
    if (!document.dropped) document.fingerprint = fingerprint_of(document.text);
  }
}

}  // namespace corpusmill
