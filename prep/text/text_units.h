// A text as lines or as paragraphs, and what is left when some of them go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill {

enum class TextUnit : std::uint8_t {
  kLine,       // what stands between newlines
  kParagraph,  // lines in a row that are not blank
};

// [begin, end) of a text, in bytes.
struct TextSpan {
  std::uint64_t begin = 0, end = 0;
  bool operator==(const TextSpan&) const = default;
};

// Replaces `units` by those of the text, in order; blank lines are none. Without the separators:
// the newline behind a line, or a paragraph's last newline and the blank lines that follow.
void split_units(std::string_view text, TextUnit unit, std::vector<TextSpan>& units);

// What counts as the same unit: its bytes without spaces, tabs and CR at both ends.
std::string_view trimmed(std::string_view unit);

// The bytes to take out so that the marked units go; ascending, apart from each other. A unit goes
// with the separator behind it. At the end of the text it goes with the separator before it, so
// that the text ends as it did. What stays keeps its order and its bytes.
std::vector<TextSpan> spans_to_cut(std::string_view text, TextUnit unit,
                                   const std::vector<TextSpan>& units,
                                   const std::vector<bool>& goes);

// `text` without the spans.
std::string cut_spans(std::string_view text, const std::vector<TextSpan>& spans);

}  // namespace corpusmill
