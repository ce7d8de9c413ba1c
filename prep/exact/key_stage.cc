#include "prep/exact/key_stage.h"

#include <string>
#include <string_view>

#include "prep/exact/fingerprint.h"

namespace corpusmill {

KeyStage::KeyStage(const ExactOptions& options) {
  const FoldRule rule = FoldRule::of(options.fold);
  if (rule.any()) folder_ = std::make_unique<TextFolder>(rule);
  if (!options.key.empty()) field_ = std::make_unique<FieldKey>(options.key);
}

void KeyStage::fill(DocumentBatch& batch) const {
  fingerprint_documents(batch);
  if (folder_ == nullptr && field_ == nullptr) return;
  thread_local std::string value, folded;
  for (Document& document : batch.documents) {
    if (document.dropped) continue;
    std::string_view key = document.text;
    if (field_ != nullptr) {
      document.has_key = field_->read(batch.lines.text_of(document.line), value);
      if (!document.has_key) continue;
      key = value;
    }
    if (folder_ != nullptr) {
      folder_->fold(key, folded);
      key = folded;
    }
    document.key = fingerprint_of(key);
  }
}

}  // namespace corpusmill
