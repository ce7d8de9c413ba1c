// The characters of a regular expression, and its character classes and escapes as sets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tokenizer/text/code_point_set.h"

namespace corpusmill {

class RegexReader {
 public:
  explicit RegexReader(std::string_view regex) : regex_(regex) {}

  bool at_end() const { return at_ == regex_.size(); }
  std::uint32_t peek() const;  // not at the end
  void next();
  bool take(char wanted);
  std::optional<unsigned> read_number();  // below 1000; nothing where no digit stands

  // Behind a backslash: one character or \s, \p{L}, ….
  CodePointSet read_escape();
  // At a [, to its ].
  CodePointSet read_class();

  // Throws std::invalid_argument.
  [[noreturn]] void refuse(const std::string& what) const;

 private:
  CodePointSet read_class_inside();
  CodePointSet read_class_character();
  CodePointSet read_posix();
  CodePointSet read_property(bool negative);
  std::uint32_t read_hexadecimal(std::size_t digits_max, bool all);

  std::string_view regex_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace corpusmill
