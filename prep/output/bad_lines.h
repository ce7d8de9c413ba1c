// What is said about bad lines: the first of them as text for people, all of them in a report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prep/output/text_writer.h"
#include "prep/record/document.h"

namespace corpusmill {

// Not thread-safe: for in-order stages.
class BadLines {
 public:
  // The first `show` lines are shown in full. `report` is a JSONL file to write, empty for none;
  // `file_names[i]` is the name of Origin::file i.
  BadLines(std::uint64_t show, const std::string& report, std::vector<std::string> file_names);

  // `document` is a dropped one of `lines`.
  void add(const Document& document, const LineBatch& lines);
  // Safe to print; each line ends in a newline.
  const std::string& shown_text() const { return shown_text_; }
  // Publishes the report.
  void commit();

 private:
  std::uint64_t show_;
  std::uint64_t shown_ = 0;
  std::string shown_text_;
  std::vector<std::string> file_names_;
  std::optional<TextWriter> report_;
  std::string row_;
};

// Throws Error(kInputRejected), as --strict has it: where the line stands, what is wrong with it,
// and `consequence`.
[[noreturn]] void refuse_line(const Document& document, std::string_view file_name,
                              std::string_view consequence);

}  // namespace corpusmill
