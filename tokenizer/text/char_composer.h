// Unicode normalization of a stretch of characters: decomposed, marks put in order, composed. As
// utf8proc_map() does it, whose order of marks takes time quadratic in how many stand side by side;
// here all is linear.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace corpusmill {

// Scratch of one thread.
class CharComposer {
 public:
  // With compatibility mappings (form KC), or without.
  explicit CharComposer(bool compatible) : compatible_(compatible) {}

  // `code_point`: one that UTF-8 can have.
  void add(std::uint32_t code_point);
  // Appends what those that were added since the last time become.
  void append_to(std::string& out);

 private:
  using ClassedChar = std::uint32_t;  // a code point and above it its combining class

  void sort_marks();

  bool compatible_;
  std::vector<ClassedChar> chars_;  // decomposed
  std::vector<ClassedChar> marks_;  // scratch
};

}  // namespace corpusmill
