// Kept lines into a JSONL file, byte for byte as they were read or as a stage has rewritten them,
// CRLF too; a last line without a newline gets one.
#pragma once

#include <filesystem>

#include "prep/output/text_writer.h"
#include "prep/record/books.h"
#include "prep/record/document.h"

namespace corpusmill {

// Not thread-safe. As TextWriter: compressed by suffix, published by commit() and only then.
class LineWriter {
 public:
  explicit LineWriter(const std::filesystem::path& final_path) : writer_(final_path) {}
  void write_kept(const DocumentBatch& batch);
  void commit() { writer_.commit(); }

 private:
  TextWriter writer_;
};

// The batch's lines as books of their own: kept, or dropped by reason.
Books count_lines(const DocumentBatch& batch);

// Dropped because the line is broken: what a quarantine takes. Empty lines are not among them.
inline bool is_rejected(const Document& document) {
  return document.dropped && drop_class(document.reason) == DropClass::kRejected;
}

}  // namespace corpusmill
