#include "tokenizer/split/regex_translation.h"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <utility>

#include "tokenizer/split/pcre_classes.h"
#include "tokenizer/split/regex_class_parser.h"
#include "tokenizer/split/regex_classes.h"
#include "tokenizer/text/code_point_set.h"

namespace corpusmill {
namespace {

// A part of the expression in PCRE2's spelling.
struct Part {
  std::string text;
  bool can_be_empty = false;
  bool is_look = false;  // matches a place, not characters
};

class Translator {
 public:
  explicit Translator(std::string_view regex) : reader_(regex) {}

  std::string translate() {
    Part whole = alternatives();
    if (!reader_.at_end()) reader_.refuse("an unmatched )");
    if (whole.can_be_empty) reader_.refuse("an expression that may match nothing");
    return std::move(whole.text);
  }

 private:
  static constexpr int kDepthMax = 50;

  Part alternatives() {
    if (++depth_ > kDepthMax) reader_.refuse("so many groups within groups");
    Part all = sequence();
    while (reader_.take('|')) {
      const Part next = sequence();
      all.text += '|' + next.text;
      all.can_be_empty = all.can_be_empty || next.can_be_empty;
    }
    --depth_;
    return all;
  }

  Part sequence() {
    Part all{.text = {}, .can_be_empty = true};
    CodePointSet before;  // what a character folded without regard to case stands behind
    while (!reader_.at_end() && reader_.peek() != '|' && reader_.peek() != ')') {
      folded_.reset();
      Part part = atom();
      if (folded_) check_fold(before, *folded_);
      before = folded_.value_or(CodePointSet());
      const bool was_folded = folded_.has_value();
      part = repeated(std::move(part), was_folded);
      all.text += part.text;
      all.can_be_empty = all.can_be_empty && part.can_be_empty;
    }
    return all;
  }

  // ß, ﬆ, ﬁ and their like fold to two letters: refused where both could stand.
  void check_fold(const CodePointSet& before, const CodePointSet& here) {
    const auto pair = [&](char first, std::string_view seconds) {
      if (!before.contains(static_cast<unsigned char>(first))) return;
      for (const char second : seconds) {
        if (here.contains(static_cast<unsigned char>(second))) {
          reader_.refuse(fmt::format("(?i:{}{})", first, second));
        }
      }
    };
    pair('s', "st");
    pair('f', "fils");
  }

  Part atom() {
    const std::uint32_t c = reader_.peek();
    if (c == '(') return group();
    if (c == '[') return of_set(reader_.read_class());
    if (c == '*' || c == '+' || c == '?' || c == '{') reader_.refuse("a repetition of nothing");
    reader_.next();
    if (c == '.') return {pcre_class(CodePointSet({{'\n', '\n'}}).complement())};
    if (c == '$') return {.text = "(?=\\n|\\z)", .can_be_empty = true, .is_look = true};
    if (c == '^') return {.text = "(?:\\A|(?<=\\n)(?!\\z))", .can_be_empty = true, .is_look = true};
    if (c != '\\') return of_set(CodePointSet({{c, c}}));
    if (reader_.take('A')) return {.text = "\\A", .can_be_empty = true, .is_look = true};
    if (reader_.take('z')) return {.text = "\\z", .can_be_empty = true, .is_look = true};
    return of_set(reader_.read_escape());
  }

  Part of_set(CodePointSet set) {
    if (fold_case_) {
      set = folded(set);
      folded_ = set;
    }
    return {pcre_class(set)};
  }

  CodePointSet folded(const CodePointSet& set) {
    std::vector<CodePointSet::Range> ranges = set.ranges();
    for (const CodePointSet::Range& range : set.ranges()) {
      if (range.last >= 0x80) reader_.refuse("(?i) beyond ASCII");
      for (std::uint32_t c = range.first; c <= range.last; ++c) {
        const std::uint32_t lower = c | 0x20U;
        if (lower < 'a' || lower > 'z') continue;
        ranges.push_back({lower, lower});
        ranges.push_back({lower & ~0x20U, lower & ~0x20U});
        if (lower == 's') ranges.push_back({0x17F, 0x17F});
        if (lower == 'k') ranges.push_back({0x212A, 0x212A});
      }
    }
    return CodePointSet(std::move(ranges));
  }

  Part group() {
    reader_.next();
    std::string open = "(?:";
    const bool outer_fold = fold_case_;
    bool look = false;
    if (reader_.take('?')) {
      if (reader_.take(':')) {
      } else if (reader_.take('i')) {
        if (!reader_.take(':')) reader_.refuse("(?i) without a colon");
        fold_case_ = true;
      } else if (reader_.take('>')) {
        open = "(?>";
      } else if (reader_.take('=')) {
        open = "(?=";
        look = true;
      } else if (reader_.take('!')) {
        open = "(?!";
        look = true;
      } else if (reader_.take('<')) {
        look = true;
        const bool negative = reader_.take('!');
        if (!negative && !reader_.take('=')) reader_.refuse("a named group");
        open = negative ? "(?<!" : "(?<=";
      } else {
        reader_.refuse("this kind of group");
      }
    }
    Part inside = alternatives();
    if (!reader_.take(')')) reader_.refuse("a group without its end");
    fold_case_ = outer_fold;
    folded_.reset();
    return {open + inside.text + ")", look || inside.can_be_empty, look};
  }

  Part repeated(Part part, bool was_folded) {
    for (bool first = true;; first = false) {
      const std::uint32_t c = reader_.at_end() ? 0 : reader_.peek();
      if (c != '*' && c != '+' && c != '?' && c != '{') return part;
      if (part.is_look) reader_.refuse("a repeated look-around");
      if (part.can_be_empty) reader_.refuse("a repeated part that may match nothing");
      if (was_folded) reader_.refuse("a repetition within (?i)");
      if (c == '{') {
        part = counted(std::move(part));
        continue;  // X{n,m}+ repeats X{n,m}
      }
      if (!first) part.text = "(?:" + part.text + ")";
      reader_.next();
      part.text += static_cast<char>(c);
      part.can_be_empty = c != '+';
      if (!reader_.at_end() && (reader_.peek() == '?' || reader_.peek() == '+')) {
        part.text += static_cast<char>(reader_.peek());
        reader_.next();
      }
    }
  }

  Part counted(Part part) {
    reader_.next();
    const std::optional<unsigned> least = reader_.read_number();
    std::optional<unsigned> most = least;
    const bool comma = reader_.take(',');
    if (comma) most = reader_.read_number();
    if ((!least && !(comma && most)) || !reader_.take('}')) reader_.refuse("this {");
    if (most && *most < least.value_or(0)) reader_.refuse("a {n,m} with n above m");
    if (most && *most == 0) reader_.refuse("a repetition of nothing");
    if (!reader_.at_end() && reader_.peek() == '?') reader_.refuse("? behind }");
    part.text = fmt::format("(?:{}{{{},{}}})", part.text, least.value_or(0),
                            most ? std::to_string(*most) : std::string());
    part.can_be_empty = least.value_or(0) == 0;
    return part;
  }

  RegexReader reader_;
  int depth_ = 0;
  bool fold_case_ = false;
  std::optional<CodePointSet> folded_;  // by the last atom
};

}  // namespace

std::string translate_regex(std::string_view regex) {
  return Translator(regex).translate();
}

}  // namespace corpusmill
