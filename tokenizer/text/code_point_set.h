// Sets of code points as ascending ranges that do not touch: what a character class of a regular
// expression means.
#pragma once

#include <cstdint>
#include <vector>

#include "tokenizer/text/unicode_category.h"

namespace corpusmill {

class CodePointSet {
 public:
  struct Range {
    std::uint32_t first, last;
    bool operator==(const Range&) const = default;
  };

  CodePointSet() = default;
  // Ranges in any order, overlapping or not.
  explicit CodePointSet(std::vector<Range> ranges);
  static CodePointSet of_categories(CategorySet categories);

  CodePointSet united(const CodePointSet& other) const;
  CodePointSet complement() const;
  CodePointSet intersected(const CodePointSet& other) const;
  bool contains(std::uint32_t code_point) const;

  const std::vector<Range>& ranges() const { return ranges_; }

 private:
  std::vector<Range> ranges_;
};

}  // namespace corpusmill
