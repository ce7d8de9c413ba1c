// Unicode normalization of a stretch of characters: decomposed, marks put in order, composed (UAX
// #15). All is linear, however many marks stand side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/text/normalization_tables.h"

namespace corpusmill {

// Scratch of one thread.
class CharComposer {
 public:
  explicit CharComposer(const NormalizationTables& tables) : tables_(tables) {}

  // Appends what text[begin, end) becomes and returns `end`: behind text[suspect, …) as far as all
  // are suspects of NormalizationTables. begin <= suspect < text.size(); text[begin, suspect) is
  // well-formed.
  std::size_t append(std::string_view text, std::size_t begin, std::size_t suspect,
                     std::string& out);

 private:
  using ClassedChar = NormalizationTables::ClassedChar;

  struct Stretch {
    std::size_t end;
    bool is_normal;  // as it stands
  };
  // Decomposes it into chars_.
  Stretch decompose(std::string_view text, std::size_t begin, std::size_t suspect);
  void sort_marks();
  void sort(std::span<ClassedChar> marks, std::uint64_t classes);
  void compose();
  void encode(std::string& out) const;

  const NormalizationTables& tables_;
  std::vector<ClassedChar> chars_;
  std::vector<ClassedChar> marks_;  // scratch
};

}  // namespace corpusmill
