// What exact dedup compares of each document: its text, its text folded, or a field of its row.
#pragma once

#include <memory>

#include "prep/exact/dedup_options.h"
#include "prep/exact/field_key.h"
#include "prep/exact/text_folder.h"
#include "prep/record/document.h"

namespace corpusmill {

// A parallel stage: const and thread-safe.
class KeyStage {
 public:
  explicit KeyStage(const ExactOptions& options);
  // Fills in Document::fingerprint and the key of documents that are not dropped. A row without the
  // field has no key.
  void fill(DocumentBatch& batch) const;

 private:
  std::unique_ptr<TextFolder> folder_;  // null: compared as it is
  std::unique_ptr<FieldKey> field_;     // null: the text
};

}  // namespace corpusmill
