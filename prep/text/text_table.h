// Tables for the terminal, aligned by what a terminal shows: Chinese characters are two columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill {

// Columns that a terminal gives `utf8`: 2 for East Asian wide characters, 0 for combining marks.
std::size_t display_width(std::string_view utf8);

// Cut to `columns`, with an ellipsis, and with control characters spelled out ("\n", "\x1b"), so
// that names from the data cannot move the cursor.
std::string displayable(std::string_view utf8, std::size_t columns);

class TextTable {
 public:
  // The first column is aligned left, the others right.
  explicit TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }
  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.size() == 1; }
  // Lines indented by two columns, each with its newline.
  std::string to_text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace corpusmill
