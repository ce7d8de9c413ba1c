// One way to cut text into pieces that stand one after another: what a stage of the pre_tokenizer
// of tokenizer.json does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "tokenizer/split/offset_bits.h"
#include "tokenizer/split/offset_buffer.h"

namespace corpusmill {

class TextSplitter {
 public:
  virtual ~TextSplitter() = default;

  // Appends `offset` + (end - from) for the end of every piece of `text` (valid UTF-8) from `from`,
  // where a piece begins, on: until one has ended at `until` or behind it, or the text is over.
  // Returns that last end. from < text.size(). Const, thread-safe. Throws Error(kMismatch) where an
  // offset does not fit.
  virtual std::size_t split(std::string_view text, std::size_t from, std::size_t until,
                            std::size_t offset, OffsetBuffer& ends) const = 0;
  // The same of all of the text, added to `ends`; nothing above `offset` was added to them before.
  // kPaddingBytes spaces stand behind the text.
  static constexpr std::size_t kPaddingBytes = 132;
  virtual void mark(std::string_view text, std::size_t offset, OffsetBuffer& scratch,
                    OffsetBits& ends) const {
    scratch.clear();
    split(text, 0, text.size(), offset, scratch);
    for (const std::uint32_t end : scratch.view()) ends.push_back(end);
  }
  // Whether it must not see bytes that are not UTF-8.
  virtual bool needs_utf8() const { return false; }
};

// `offset` if it is below 4 GiB; else throws Error(kMismatch).
std::uint32_t checked_offset(std::size_t offset);

// A splitter by a Matcher: std::size_t match_end(text, at) const is the end of the piece that
// begins at `at` < text.size().
template <class Matcher, class Offsets>
std::size_t split_by_matches(const Matcher& matcher, std::string_view text, std::size_t from,
                             std::size_t until, std::size_t offset, Offsets& ends) {
  std::size_t at = from;
  do {
    at = matcher.match_end(text, at);
    ends.push_back(checked_offset(offset + at - from));
  } while (at < until && at < text.size());
  return at;
}

template <class Matcher>
class MatchSplitter final : public TextSplitter {
 public:
  explicit MatchSplitter(Matcher matcher) : matcher_(std::move(matcher)) {}

  std::size_t split(std::string_view text, std::size_t from, std::size_t until, std::size_t offset,
                    OffsetBuffer& ends) const override {
    return split_by_matches(matcher_, text, from, until, offset, ends);
  }

 private:
  Matcher matcher_;
};

}  // namespace corpusmill
