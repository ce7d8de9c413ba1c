// Lines into documents: every line is validated whole (UTF-8 and RFC 8259), then its text is taken.
//
// A plain object is taken by a scan (prep/record/flat_record.h) where the processor allows;
// simdjson parses all other lines. A line it refuses, or whose text is unusable, goes to the one
// slow classifier (prep/record/line_classifier.h), which names the reason, the byte and the detail.
// The classifier may also overrule: numbers that no machine type holds are good JSON, and the
// document is kept.
#pragma once

#include <memory>
#include <string>

#include "prep/record/document.h"
#include "prep/record/record_text.h"

namespace corpusmill {

struct DocumentParserOptions {
  RecordText record_text = RecordText::field("text");
  bool want_text = true;  // false: validate only; Document::text stays empty
  // Its value becomes Document::source where it is a string; no document is dropped for it. Empty:
  // none is looked for.
  std::string source_field = "";
  // An empty or blank text is a document like any other, instead of kEmptyText.
  bool keep_blank = false;
};

// Const and thread-safe: each thread has its own simdjson parser.
class DocumentParser {
 public:
  explicit DocumentParser(DocumentParserOptions options = {});
  ~DocumentParser();
  DocumentParser(DocumentParser&&) noexcept;

  // One Document per line, in order. Bad lines are dropped ones; nothing is thrown for them.
  DocumentBatch parse(LineBatch&& lines) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace corpusmill
