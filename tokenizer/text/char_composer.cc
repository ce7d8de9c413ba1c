#include "tokenizer/text/char_composer.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

constexpr unsigned kClassShift = 24;

std::uint32_t class_of(std::uint32_t classed) {
  return classed >> kClassShift;
}
std::uint32_t code_point_of(std::uint32_t classed) {
  return classed & ((std::uint32_t{1} << kClassShift) - 1);
}
std::uint32_t classed(std::uint32_t code_point, const utf8proc_property_t& property) {
  return static_cast<std::uint32_t>(property.combining_class) << kClassShift | code_point;
}

utf8proc_option_t options(bool compatible) {
  const unsigned mapping = compatible ? UTF8PROC_COMPAT : 0;
  return static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | mapping);
}

// By class, those of one class as they stood.
void sort(std::span<std::uint32_t> marks, std::vector<std::uint32_t>& scratch) {
  const auto [lowest, highest] = std::minmax_element(marks.begin(), marks.end());
  const std::uint32_t first = class_of(*lowest), last = class_of(*highest);
  if (first == last) return;
  std::array<std::uint32_t, 257> ends;  // by class, then of the marks before it
  std::fill(ends.begin() + first, ends.begin() + last + 2, 0);
  for (const std::uint32_t mark : marks) ++ends[class_of(mark) + 1];
  for (std::uint32_t i = first; i < last; ++i) ends[i + 1] += ends[i];
  scratch.assign(marks.begin(), marks.end());
  for (const std::uint32_t mark : scratch) marks[ends[class_of(mark)]++] = mark;
}

}  // namespace

void CharComposer::add(std::uint32_t code_point) {
  constexpr std::uint32_t kHangul = 0xAC00, kHangulChars = 11172;
  constexpr std::size_t kPartsMax = 32;  // no character has more than 18
  const auto c = static_cast<utf8proc_int32_t>(code_point);
  const utf8proc_property_t& property = *utf8proc_get_property(c);
  if (property.decomp_seqindex == UINT16_MAX && code_point - kHangul >= kHangulChars) {
    chars_.push_back(classed(code_point, property));
    return;
  }
  utf8proc_int32_t parts[kPartsMax];
  int boundary = UTF8PROC_BOUNDCLASS_START;
  const utf8proc_ssize_t count =
      utf8proc_decompose_char(c, parts, kPartsMax, options(compatible_), &boundary);
  for (const utf8proc_int32_t part : std::span(parts).first(static_cast<std::size_t>(count))) {
    chars_.push_back(classed(static_cast<std::uint32_t>(part), *utf8proc_get_property(part)));
  }
}

void CharComposer::sort_marks() {
  const auto is_mark = [](ClassedChar c) { return class_of(c) != 0; };
  const auto is_disordered = [](ClassedChar a, ClassedChar b) { return class_of(a) > class_of(b); };
  for (auto at = chars_.begin(); at != chars_.end();) {
    const auto first = std::find_if(at, chars_.end(), is_mark);
    at = std::find_if_not(first, chars_.end(), is_mark);
    if (std::adjacent_find(first, at, is_disordered) != at) sort({first, at}, marks_);
  }
}

void CharComposer::append_to(std::string& out) {
  if (chars_.empty()) return;
  sort_marks();
  std::transform(chars_.begin(), chars_.end(), chars_.begin(), code_point_of);
  const utf8proc_ssize_t count = utf8proc_normalize_utf32(
      reinterpret_cast<utf8proc_int32_t*>(chars_.data()),  // of the same width
      static_cast<utf8proc_ssize_t>(chars_.size()), options(compatible_));
  chars_.resize(static_cast<std::size_t>(count));
  for (const std::uint32_t c : chars_) append_utf8(c, out);
  chars_.clear();
}

}  // namespace corpusmill
