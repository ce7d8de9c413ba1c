// A compiled regular expression of PCRE2.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace corpusmill {

struct PcreMatch {
  bool found = false;
  std::size_t begin = 0, end = 0;
  std::size_t group = 0;  // the last group that took part; 0: none
};

class PcrePattern {
 public:
  // `pattern` is PCRE2's, in UTF mode. Throws std::invalid_argument with PCRE2's message.
  explicit PcrePattern(std::string pattern);
  ~PcrePattern();
  PcrePattern(PcrePattern&&) noexcept;
  PcrePattern& operator=(PcrePattern&&) noexcept;

  // The first match at or behind `from` in `text`, which must be UTF-8. Const, thread-safe. Throws
  // std::length_error with PCRE2's message where a match would take more steps than its limit.
  PcreMatch find(std::string_view text, std::size_t from) const;

 private:
  struct Code;
  std::unique_ptr<Code> code_;
};

}  // namespace corpusmill
