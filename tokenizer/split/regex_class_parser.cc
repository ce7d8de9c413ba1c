#include "tokenizer/split/regex_class_parser.h"

#include <fmt/format.h>

#include <stdexcept>

#include "tokenizer/split/regex_classes.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

CodePointSet single(std::uint32_t c) {
  return CodePointSet({{c, c}});
}

bool is_ascii_alphanumeric(std::uint32_t c) {
  const std::uint32_t lower = c | 0x20U;
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

void RegexReader::refuse(const std::string& what) const {
  throw std::invalid_argument(fmt::format("{} (at byte {} of it)", what, at_));
}

std::uint32_t RegexReader::peek() const {
  return decode_utf8(regex_, at_).code_point;
}

void RegexReader::next() {
  at_ += decode_utf8(regex_, at_).bytes;
}

bool RegexReader::take(char wanted) {
  if (at_end() || regex_[at_] != wanted) return false;
  ++at_;
  return true;
}

std::optional<unsigned> RegexReader::read_number() {
  unsigned number = 0;
  std::size_t digits = 0;
  for (; !at_end() && regex_[at_] >= '0' && regex_[at_] <= '9'; ++at_, ++digits) {
    if (digits == 3) refuse("so large a number");
    number = number * 10 + static_cast<unsigned>(regex_[at_] - '0');
  }
  return digits == 0 ? std::nullopt : std::optional(number);
}

std::uint32_t RegexReader::read_hexadecimal(std::size_t digits_max, bool all) {
  std::uint32_t value = 0;
  std::size_t digits = 0;
  for (; digits < digits_max && !at_end(); ++digits, ++at_) {
    const char c = regex_[at_];
    const char lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') {
      value = value * 16 + static_cast<std::uint32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + static_cast<std::uint32_t>(lower - 'a' + 10);
    } else {
      break;
    }
  }
  if (digits == 0 || (all && digits != digits_max)) refuse("this hexadecimal escape");
  return value;
}

CodePointSet RegexReader::read_property(bool negative) {
  if (!take('{')) refuse("\\p without {");
  if (take('^')) negative = !negative;
  const std::size_t end = regex_.find('}', at_);
  if (end == regex_.npos) refuse("\\p{ without }");
  const std::string_view name = regex_.substr(at_, end - at_);
  const std::optional<CodePointSet> set = property_class(name);
  if (!set) refuse(fmt::format("the property {}", name));
  at_ = end + 1;
  return negative ? set->complement() : *set;
}

CodePointSet RegexReader::read_escape() {
  if (at_end()) refuse("a backslash at the end");
  const std::uint32_t c = peek();
  next();
  switch (c) {
    case 'n':
      return single('\n');
    case 'r':
      return single('\r');
    case 't':
      return single('\t');
    case 'f':
      return single('\f');
    case 'v':
      return single('\v');
    case 's':
    case 'd':
    case 'w':
      return *escape_class(static_cast<char>(c));
    case 'S':
    case 'D':
    case 'W':
      return escape_class(static_cast<char>(c | 0x20U))->complement();
    case 'p':
      return read_property(false);
    case 'P':
      return read_property(true);
    case 'u':
      return single(read_hexadecimal(4, true));
    case 'x': {
      const bool braces = take('{');
      const std::uint32_t value = read_hexadecimal(braces ? 6 : 2, !braces);
      if (braces ? !take('}') || value >= kCodePoints : value >= 0x80) refuse("this \\x");
      return single(value);
    }
    default:
      if (is_ascii_alphanumeric(c) || c >= 0x80) refuse(fmt::format("\\{}", static_cast<char>(c)));
      return single(c);
  }
}

CodePointSet RegexReader::read_posix() {
  at_ += 2;  // [:
  const bool negative = take('^');
  const std::size_t end = regex_.find(":]", at_);
  if (end == regex_.npos) refuse("[: without :]");
  const std::string_view name = regex_.substr(at_, end - at_);
  const std::optional<CodePointSet> set = posix_class(name);
  if (!set) refuse(fmt::format("the class [:{}:]", name));
  at_ = end + 2;
  return negative ? set->complement() : *set;
}

CodePointSet RegexReader::read_class() {
  if (++depth_ > 10) refuse("so many classes within classes");
  take('[');
  const bool negative = take('^');
  if (!at_end() && peek() == ']') refuse("an empty class");
  CodePointSet set = read_class_inside();
  if (!take(']')) refuse("[ without ]");
  --depth_;
  return negative ? set.complement() : set;
}

CodePointSet RegexReader::read_class_character() {
  if (take('\\')) return read_escape();
  const std::uint32_t c = peek();
  next();
  return single(c);
}

CodePointSet RegexReader::read_class_inside() {
  CodePointSet set;
  while (!at_end() && peek() != ']') {
    const std::string_view rest = regex_.substr(at_);
    if (rest.starts_with("&&")) {
      at_ += 2;
      if (!at_end() && peek() == ']') refuse("an empty intersection");
      return set.intersected(read_class_inside());
    }
    if (rest.starts_with("[:")) {
      set = set.united(read_posix());
      continue;
    }
    if (rest.front() == '[') {
      set = set.united(read_class());
      continue;
    }
    const bool was_minus = rest.front() == '-';
    const bool first = regex_[at_ - 1] == '[' || regex_[at_ - 1] == '^';
    if (was_minus && !first && !rest.starts_with("-]")) refuse("a - in the middle of a class");
    CodePointSet item = read_class_character();
    const std::string_view after = regex_.substr(at_);
    if (after.starts_with('-') && !after.starts_with("-]")) {
      ++at_;
      if (at_end()) refuse("[ without ]");
      const CodePointSet last = read_class_character();
      const bool one = item.ranges().size() == 1 && last.ranges().size() == 1 &&
                       item.ranges()[0].first == item.ranges()[0].last &&
                       last.ranges()[0].first == last.ranges()[0].last;
      if (!one || item.ranges()[0].first > last.ranges()[0].first) refuse("this range of a class");
      item = CodePointSet({{item.ranges()[0].first, last.ranges()[0].first}});
    }
    set = set.united(item);
  }
  return set;
}

}  // namespace corpusmill
