#include "prep/text/text_units.h"

#include <algorithm>

namespace corpusmill {
namespace {

constexpr std::string_view kBlanks = " \t\r";

// Of lines, the blank ones too: [begin, end) without the newline.
template <class Visit>
void for_each_line(std::string_view text, const Visit& visit) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    visit(TextSpan{begin, end});
    begin = end + 1;
  }
}

bool is_blank_line(std::string_view text, const TextSpan& line) {
  return trimmed(text.substr(line.begin, line.end - line.begin)).empty();
}

}  // namespace

std::string_view trimmed(std::string_view unit) {
  const std::size_t first = unit.find_first_not_of(kBlanks);
  if (first == unit.npos) return {};
  return unit.substr(first, unit.find_last_not_of(kBlanks) + 1 - first);
}

void split_units(std::string_view text, TextUnit unit, std::vector<TextSpan>& units) {
  units.clear();
  bool in_paragraph = false;
  for_each_line(text, [&](const TextSpan& line) {
    if (is_blank_line(text, line)) {
      in_paragraph = false;
    } else if (unit == TextUnit::kParagraph && in_paragraph) {
      units.back().end = line.end;
    } else {
      units.push_back(line);
      in_paragraph = true;
    }
  });
}

std::vector<TextSpan> spans_to_cut(std::string_view text, TextUnit unit,
                                   const std::vector<TextSpan>& units,
                                   const std::vector<bool>& goes) {
  std::vector<TextSpan> spans;
  std::uint64_t last_kept_end = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (!goes[i]) {
      last_kept_end = units[i].end;
      continue;
    }
    const bool is_last = i + 1 == units.size();
    TextSpan span = units[i];
    if (unit == TextUnit::kLine) {
      span.end = std::min<std::uint64_t>(span.end + 1, text.size());
    } else if (!is_last) {
      span.end = units[i + 1].begin;
    }
    if (!spans.empty() && spans.back().end == span.begin) {
      spans.back().end = span.end;
    } else {
      spans.push_back(span);
    }
    if (!is_last) continue;
    // The separator that is left in front of nothing.
    TextSpan& tail = spans.back();
    if (unit == TextUnit::kParagraph) {
      if (last_kept_end > 0) tail.begin = last_kept_end;
    } else if (units[i].end == text.size() && tail.begin > 0) {
      --tail.begin;
      if (tail.begin > 0 && text[tail.begin - 1] == '\r') --tail.begin;
    }
  }
  return spans;
}

std::string cut_spans(std::string_view text, const std::vector<TextSpan>& spans) {
  std::string left;
  std::uint64_t at = 0;
  for (const TextSpan& span : spans) {
    left += text.substr(at, span.begin - at);
    at = span.end;
  }
  left += text.substr(at);
  return left;
}

}  // namespace corpusmill
