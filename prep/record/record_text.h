// Which string fields of a record make a document's text, and how they are joined.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill {

// Immutable; used by any number of threads.
class RecordText {
 public:
  static RecordText field(std::string name);
  // "{question}\n{answer}": {name} is a field, {{ and }} are braces, \n \t \r \\ are escapes.
  // Throws Error(kUsage) for a template without a field, an unclosed brace or an unknown escape.
  static RecordText parse_template(std::string_view text);

  // Distinct names, in the order of their first use.
  const std::vector<std::string>& fields() const { return fields_; }
  bool is_single_field() const { return pieces_.size() == 1; }

  // Appends the text to `out`; values[i] belongs to fields()[i].
  void append(std::span<const std::string_view> values, std::string& out) const;

 private:
  struct Piece {
    std::string literal;
    std::size_t field = 0;
    bool is_field = false;
  };
  std::size_t field_index(std::string_view name);

  std::vector<std::string> fields_;
  std::vector<Piece> pieces_;
};

}  // namespace corpusmill
