// Where dropped lines go: one JSON row per line, so that nothing is lost without a trace.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "prep/output/text_writer.h"
#include "prep/record/document.h"

namespace corpusmill {

// {"file", "line", "offset", "column", "reason", "detail", "raw"}; a line that is not valid UTF-8
// is in "raw_base64" instead, one over the line limit in neither ("bytes" tells its length).
class Quarantine {
 public:
  // `<output>.rejected.jsonl.zst`
  static std::filesystem::path path_for(const std::filesystem::path& output);

  // `file_names[i]` is the name of Origin::file i.
  Quarantine(const std::filesystem::path& path, std::vector<std::string> file_names);

  void add(const Document& document, const LineBatch& lines);
  std::uint64_t rows() const { return rows_; }
  void commit() { writer_.commit(); }
  const std::filesystem::path& final_path() const { return writer_.final_path(); }

 private:
  TextWriter writer_;
  std::vector<std::string> file_names_;
  std::string row_;
  std::uint64_t rows_ = 0;
};

// Appends {"file", "line", "offset", "column", "reason", "detail"} without its closing brace.
void append_drop_row(std::string& out, std::string_view file_name, const Document& document);

}  // namespace corpusmill
