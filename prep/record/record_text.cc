#include "prep/record/record_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/error.h"

namespace corpusmill {
namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw Error(ExitCode::kUsage, fmt::format("--template '{}': {}", text, why));
}

char unescape(std::string_view text, char escaped) {
  switch (escaped) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case '\\':
      return '\\';
    default:
      refuse(text, fmt::format("unknown escape \\{}; known are \\n, \\t, \\r and \\\\", escaped));
  }
}

}  // namespace

RecordText RecordText::field(std::string name) {
  RecordText record_text;
  Piece piece;
  piece.is_field = true;
  piece.field = record_text.field_index(name);
  record_text.pieces_.push_back(std::move(piece));
  return record_text;
}

std::size_t RecordText::field_index(std::string_view name) {
  const auto found = std::find(fields_.begin(), fields_.end(), name);
  if (found == fields_.end()) {
    fields_.emplace_back(name);
    return fields_.size() - 1;
  }
  return static_cast<std::size_t>(found - fields_.begin());
}

RecordText RecordText::parse_template(std::string_view text) {
  RecordText record_text;
  Piece literal;
  const auto end_literal = [&] {
    if (!literal.literal.empty()) record_text.pieces_.push_back(std::exchange(literal, {}));
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\\') {
      if (i + 1 == text.size()) refuse(text, "a lone backslash at the end; write \\\\");
      literal.literal += unescape(text, next);
      ++i;
    } else if ((c == '{' || c == '}') && next == c) {
      literal.literal += c;
      ++i;
    } else if (c == '}') {
      refuse(text, "a } without its {; write }} for a brace");
    } else if (c == '{') {
      const std::size_t close = text.find('}', i);
      if (close == text.npos) refuse(text, "a { without its }; write {{ for a brace");
      const std::string_view name = text.substr(i + 1, close - i - 1);
      if (name.empty()) refuse(text, "{} names no field");
      end_literal();
      Piece piece;
      piece.is_field = true;
      piece.field = record_text.field_index(name);
      record_text.pieces_.push_back(std::move(piece));
      i = close;
    } else {
      literal.literal += c;
    }
  }
  end_literal();
  if (record_text.fields_.empty()) refuse(text, "names no field; write {text} for one");
  return record_text;
}

void RecordText::append(std::span<const std::string_view> values, std::string& out) const {
  for (const Piece& piece : pieces_) {
    out += piece.is_field ? values[piece.field] : std::string_view(piece.literal);
  }
}

}  // namespace corpusmill
