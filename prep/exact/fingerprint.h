// The fingerprint of a document: what exact dedup compares and what the journal chains.
#pragma once

#include <string_view>

#include "common/digest.h"
#include "prep/record/document.h"

namespace corpusmill {

// XXH3-128 of the bytes of the text. Equal texts have equal fingerprints; two different texts of a
// corpus of a billion documents share one with a probability of 1.5e-21, so equality of
// fingerprints is taken as equality of texts. Not made for texts chosen by an adversary.
Digest fingerprint_of(std::string_view text);

// Fills in Document::fingerprint, which is the key too, where the document is not dropped.
// Thread-safe.
void fingerprint_documents(DocumentBatch& batch);

}  // namespace corpusmill
