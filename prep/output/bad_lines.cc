#include "prep/output/bad_lines.h"

#include <fmt/format.h>

#include <utility>

#include "common/error.h"
#include "prep/output/quarantine.h"
#include "prep/text/terminal_text.h"

namespace corpusmill {

BadLines::BadLines(std::uint64_t show, const std::string& report,
                   std::vector<std::string> file_names)
    : show_(show), file_names_(std::move(file_names)) {
  if (!report.empty()) report_.emplace(report);
}

void BadLines::add(const Document& document, const LineBatch& lines) {
  const std::string& name = file_names_[document.line.origin.file];
  if (report_) {
    row_.clear();
    append_drop_row(row_, name, document);
    row_ += "}\n";
    report_->write(row_);
  }
  if (shown_ == show_) return;
  ++shown_;
  const Origin& origin = document.line.origin;
  shown_text_ += fmt::format("{}:{}: {}: ", terminal_text(name), origin.line,
                             drop_reason_name(document.reason));
  shown_text_ += terminal_text(document.detail);
  if (document.column > 0) shown_text_ += fmt::format(", column {}", document.column);
  shown_text_ += fmt::format(" (the line starts at byte {})\n", origin.offset);
  const std::string_view raw = lines.text_of(document.line);
  if (!raw.empty()) shown_text_ += fmt::format("    {}\n", terminal_text(raw));
}

void BadLines::commit() {
  if (report_) report_->commit();
}

void refuse_line(const Document& document, std::string_view file_name,
                 std::string_view consequence) {
  throw Error(ExitCode::kInputRejected,
              fmt::format("{}:{}: {}: {}; {} (--strict)", file_name, document.line.origin.line,
                          drop_reason_name(document.reason), document.detail, consequence));
}

}  // namespace corpusmill
