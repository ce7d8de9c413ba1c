#include "prep/text/json_scanner.h"

#include <fmt/format.h>

#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four hexadecimal digits at text[at], or -1.
int four_hex_digits(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

constexpr bool is_high_surrogate(int unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool is_low_surrogate(int unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

std::string describe_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7F ? fmt::format("'{}'", c) : fmt::format("byte 0x{:02x}", byte);
}

class Scanner {
 public:
  Scanner(std::string_view text, std::size_t depth_max,
          const std::function<void(const JsonMember&)>& on_member)
      : text_(text), depth_max_(depth_max), on_member_(on_member) {}

  JsonScan scan() {
    skip_white_space();
    scan_.begin = at_;
    JsonKind kind = JsonKind::kNone;
    if (!value(kind)) return scan_;
    skip_white_space();
    if (at_ < text_.size()) {
      fail(fmt::format("{} after the end of the JSON value", describe_byte(text_[at_])));
      return scan_;
    }
    scan_.valid = true;
    scan_.kind = kind;
    return scan_;
  }

 private:
  bool fail(std::string detail) {
    scan_.fault = at_;
    scan_.detail = std::move(detail);
    return false;
  }
  bool fail_expecting(std::string_view what) {
    if (at_ >= text_.size()) return fail(fmt::format("the line ends where {} should be", what));
    return fail(fmt::format("{} where {} should be", describe_byte(text_[at_]), what));
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!is_at(c)) return false;
    ++at_;
    return true;
  }
  void skip_white_space() {
    while (is_at(' ') || is_at('\t') || is_at('\n') || is_at('\r')) ++at_;
  }

  bool value(JsonKind& kind) {
    switch (peek()) {
      case '{':
        kind = JsonKind::kObject;
        return nested([this] { return object(); });
      case '[':
        kind = JsonKind::kArray;
        return nested([this] { return array(); });
      case '"':
        kind = JsonKind::kString;
        return string();
      case 't':
        kind = JsonKind::kBoolean;
        return literal("true");
      case 'f':
        kind = JsonKind::kBoolean;
        return literal("false");
      case 'n':
        kind = JsonKind::kNull;
        return literal("null");
      default:
        kind = JsonKind::kNumber;
        return number();
    }
  }

  template <class Function>
  bool nested(Function scan_inside) {
    if (depth_ == depth_max_) return fail(fmt::format("nested deeper than {} levels", depth_max_));
    ++depth_;
    const bool good = scan_inside();
    --depth_;
    return good;
  }

  bool object() {
    take('{');
    skip_white_space();
    if (take('}')) return true;
    while (true) {
      JsonMember member;
      member.key_begin = at_;
      if (!is_at('"')) return fail_expecting("a key in quotes");
      if (!string()) return false;
      member.key_end = at_;
      skip_white_space();
      if (!take(':')) return fail_expecting("a colon");
      skip_white_space();
      member.value_begin = at_;
      if (!value(member.value_kind)) return false;
      member.value_end = at_;
      if (depth_ == 1) on_member_(member);
      skip_white_space();
      if (take('}')) return true;
      if (!take(',')) return fail_expecting("a comma or }");
      skip_white_space();
    }
  }

  bool array() {
    take('[');
    skip_white_space();
    if (take(']')) return true;
    while (true) {
      JsonKind kind = JsonKind::kNone;
      if (!value(kind)) return false;
      skip_white_space();
      if (take(']')) return true;
      if (!take(',')) return fail_expecting("a comma or ]");
      skip_white_space();
    }
  }

  bool string() {
    take('"');
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        return fail(fmt::format("raw control character, {}, in a string", describe_byte(c)));
      }
      if (c != '\\') {
        ++at_;
      } else if (!escape()) {
        return false;
      }
    }
    return fail("the line ends inside a string");
  }

  bool escape() {
    if (at_ + 1 == text_.size()) {
      at_ = text_.size();
      return fail("the line ends inside a string");
    }
    const char c = text_[at_ + 1];
    if (c == 'u') {
      if (four_hex_digits(text_, at_ + 2) < 0) return fail("\\u without four hexadecimal digits");
      at_ += 6;
      return true;
    }
    if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) {
      return fail(fmt::format("unknown escape: backslash and {}", describe_byte(c)));
    }
    at_ += 2;
    return true;
  }

  bool literal(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return fail_expecting("a value");
    at_ += word.size();
    return true;
  }

  bool digits() {
    if (!is_digit(peek())) return fail_expecting("a digit");
    while (is_digit(peek())) ++at_;
    return true;
  }

  bool number() {
    if (!is_at('-') && !is_digit(peek())) return fail_expecting("a value");
    take('-');
    if (take('0')) {
      if (is_digit(peek())) return fail("a number with a leading zero");
    } else if (!digits()) {
      return false;
    }
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    return true;
  }

  std::string_view text_;
  std::size_t depth_max_;
  const std::function<void(const JsonMember&)>& on_member_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  JsonScan scan_;
};

char simple_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

std::string_view json_kind_name(JsonKind kind) {
  switch (kind) {
    case JsonKind::kObject:
      return "an object";
    case JsonKind::kArray:
      return "an array";
    case JsonKind::kString:
      return "a string";
    case JsonKind::kNumber:
      return "a number";
    case JsonKind::kBoolean:
      return "a boolean";
    case JsonKind::kNull:
      return "null";
    case JsonKind::kNone:
      break;
  }
  return "nothing";
}

JsonScan scan_json(std::string_view text, std::size_t depth_max,
                   const std::function<void(const JsonMember&)>& on_member) {
  return Scanner(text, depth_max, on_member).scan();
}

std::string decode_json_string(std::string_view quoted) {
  std::string out;
  std::size_t at = 1;
  const std::size_t end = quoted.size() - 1;
  while (at < end) {
    if (quoted[at] != '\\') {
      out += quoted[at++];
      continue;
    }
    if (quoted[at + 1] != 'u') {
      out += simple_escape(quoted[at + 1]);
      at += 2;
      continue;
    }
    int unit = four_hex_digits(quoted, at + 2);
    at += 6;
    if (is_high_surrogate(unit)) {
      unit = 0x10000 + ((unit - 0xD800) << 10) + (four_hex_digits(quoted, at + 2) - 0xDC00);
      at += 6;
    }
    append_utf8(static_cast<char32_t>(unit), out);
  }
  return out;
}

std::size_t find_lone_surrogate(std::string_view text) {
  bool in_string = false;
  std::size_t lone = text.npos;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '"') {
      if (in_string && lone != text.npos) return lone;
      in_string = !in_string;
    }
    if (!in_string || text[at] != '\\') {
      ++at;
      continue;
    }
    const bool is_unicode = at + 1 < text.size() && text[at + 1] == 'u';
    const int unit = is_unicode ? four_hex_digits(text, at + 2) : -1;
    if (unit < 0) {
      at += 2;
      continue;
    }
    const bool paired = is_high_surrogate(unit) && text.substr(at + 6).starts_with("\\u") &&
                        is_low_surrogate(four_hex_digits(text, at + 8));
    const bool is_lone = !paired && (is_high_surrogate(unit) || is_low_surrogate(unit));
    if (is_lone && lone == text.npos) lone = at;
    at += paired ? 12 : 6;
  }
  return text.npos;
}

}  // namespace corpusmill
