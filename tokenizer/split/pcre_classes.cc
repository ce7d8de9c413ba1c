#include "tokenizer/split/pcre_classes.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/split/pcre.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::uint32_t kSurrogatesFirst = 0xD800, kSurrogatesLast = 0xDFFF;
constexpr std::array<std::string_view, 7> kMajors = {"L", "M", "N", "P", "S", "Z", "C"};
constexpr std::array<std::string_view, 29> kMinors = {
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
    "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cn"};

CodePointSet scalar_values() {
  return CodePointSet({{kSurrogatesFirst, kSurrogatesLast}}).complement();
}

bool is_within(const CodePointSet& inner, const CodePointSet& outer) {
  return inner.intersected(outer).ranges() == inner.ranges();
}

// What the linked library takes each category to be: it is asked about every code point once.
class LinkedCategories {
 public:
  LinkedCategories() {
    std::string all;
    for (std::uint32_t c = 0; c < kCodePoints; ++c) {
      if (c < kSurrogatesFirst || c > kSurrogatesLast) append_utf8(c, all);
    }
    std::string pattern;
    for (const std::string_view minor : kMinors) {
      pattern += fmt::format("{}(\\p{{{}}}+)", pattern.empty() ? "" : "|", minor);
    }
    const PcrePattern categories(pattern);
    std::array<std::vector<CodePointSet::Range>, kMinors.size()> ranges;
    std::size_t at = 0;
    while (at < all.size()) {
      const PcreMatch match = categories.find(all, at);
      if (!match.found || match.begin != at || match.group == 0) {
        throw std::logic_error("a code point without a category");
      }
      ranges[match.group - 1].push_back(
          {decode_utf8(all, at).code_point, decode_utf8_before(all, match.end).code_point});
      at = match.end;
    }
    for (std::size_t i = 0; i < kMinors.size(); ++i) minors_[i] = CodePointSet(ranges[i]);
  }

  // The categories within `set`, as text; they are taken out of it.
  std::string take_from(CodePointSet& set, std::size_t& count) const {
    std::string text;
    const CodePointSet whole = set;
    for (const std::string_view major : kMajors) {
      CodePointSet of_major;
      for (std::size_t i = 0; i < kMinors.size(); ++i) {
        if (kMinors[i].starts_with(major)) of_major = of_major.united(minors_[i]);
      }
      if (is_within(of_major, whole)) add(major, of_major, set, text, count);
    }
    for (std::size_t i = 0; i < kMinors.size(); ++i) {
      const bool left = !minors_[i].intersected(set).ranges().empty();
      if (left && is_within(minors_[i], whole)) add(kMinors[i], minors_[i], set, text, count);
    }
    return text;
  }

 private:
  static void add(std::string_view name, const CodePointSet& category, CodePointSet& set,
                  std::string& text, std::size_t& count) {
    text += fmt::format("\\p{{{}}}", name);
    set = set.intersected(category.complement());
    ++count;
  }

  std::array<CodePointSet, kMinors.size()> minors_;
};

std::string class_text(CodePointSet set, bool negated, std::size_t& items) {
  static const LinkedCategories linked;
  items = 0;
  std::string text = negated ? "[^" : "[";
  const bool small = set.ranges().size() <= 4;
  if (!small) text += linked.take_from(set, items);
  for (const CodePointSet::Range& range : set.ranges()) {
    text += fmt::format("\\x{{{:x}}}", range.first);
    if (range.last > range.first) text += fmt::format("-\\x{{{:x}}}", range.last);
    ++items;
  }
  return text + ']';
}

}  // namespace

std::string pcre_class(const CodePointSet& set) {
  const CodePointSet scalars = set.intersected(scalar_values());
  if (scalars.ranges().empty()) return "(?!)";
  std::size_t items = 0, other_items = 0;
  std::string text = class_text(scalars, false, items);
  const CodePointSet others = scalars.complement().intersected(scalar_values());
  if (others.ranges().empty()) return text;
  std::string negated = class_text(others, true, other_items);
  return other_items < items ? negated : text;
}

}  // namespace corpusmill
