#include "tokenizer/split/scalar_matchers.h"

#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

constexpr unsigned kNotOther = kSpace | kLetter | kNumber;

struct CharHere {
  unsigned classes;
  std::size_t bytes;  // 0, and no class, at the end
};

CharHere char_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {0, 0};
  const DecodedChar decoded = decode_utf8(text, at);
  return {char_class_table()[decoded.code_point], decoded.bytes};
}

bool is_newline(char c) {
  return c == '\r' || c == '\n';
}

bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// The bytes of 's 't 're 've 'm 'll 'd at `at`; 0 if none.
std::size_t contraction_bytes(std::string_view text, std::size_t at, bool fold_case) {
  const auto letter = [&](std::size_t offset) {
    if (at + offset >= text.size()) return '\0';
    return fold_case ? ascii_lower(text[at + offset]) : text[at + offset];
  };
  if (letter(0) != '\'') return 0;
  switch (letter(1)) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return 2;
    case 'r':
    case 'v':
      return letter(2) == 'e' ? 3 : 0;
    case 'l':
      return letter(2) == 'l' ? 3 : 0;
    default:
      // The long s, U+017F, folds to s.
      return fold_case && text.substr(at + 1, 2) == "\xC5\xBF" ? 3 : 0;
  }
}

// \s+(?!\S)|\s+: all the white space, but one character less where something else follows it.
std::size_t spaces_end(std::string_view text, std::size_t at) {
  const std::size_t end = class_run_end(text, at, kSpace, false);
  if (end == text.size()) return end;
  const std::size_t shorter = end - decode_utf8_before(text, end).bytes;
  return shorter > at ? shorter : end;
}

// \s*[\r\n]+|\s+(?!\S)|\s+: the first ends after the last line break of the white space.
std::size_t lines_or_spaces_end(std::string_view text, std::size_t at) {
  for (std::size_t end = class_run_end(text, at, kSpace, false); end > at; --end) {
    if (is_newline(text[end - 1])) return end;
  }
  return spaces_end(text, at);
}

// The end of the ` ?X+` at `at`, where X has one of `classes` (`none`: none of them); `at` if none.
std::size_t spaced_run_end(std::string_view text, std::size_t at, unsigned classes, bool none) {
  const std::size_t start = at + (text[at] == ' ' ? 1 : 0);
  const std::size_t end = class_run_end(text, start, classes, none);
  return end > start ? end : at;
}

bool is_upper_like(unsigned classes) {
  return (classes & kCombining) != 0 || (classes & (kLetter | kLower)) == kLetter;
}

bool is_lower_like(unsigned classes) {
  return (classes & kCombining) != 0 || (classes & (kLetter | kUpper)) == kLetter;
}

template <class Predicate>
std::size_t run_end_where(std::string_view text, std::size_t at, const Predicate& predicate) {
  for (CharHere here; (here = char_at(text, at)).bytes > 0 && predicate(here.classes);) {
    at += here.bytes;
  }
  return at;
}

// U*l+ from `at`; `at` if it does not match.
std::size_t capitalized_end(std::string_view text, std::size_t at) {
  const std::size_t uppers = run_end_where(text, at, is_upper_like);
  const std::size_t end = run_end_where(text, uppers, is_lower_like);
  if (end > uppers) return end;
  // U* gives back characters until the first of them is an l too.
  for (std::size_t back = uppers; back > at;) {
    back -= decode_utf8_before(text, back).bytes;
    if (is_lower_like(char_at(text, back).classes)) return run_end_where(text, back, is_lower_like);
  }
  return at;
}

// U+l* from `at`; `at` if it does not match.
std::size_t uppercase_end(std::string_view text, std::size_t at) {
  const std::size_t uppers = run_end_where(text, at, is_upper_like);
  return uppers == at ? at : run_end_where(text, uppers, is_lower_like);
}

// Both kinds of word, each with and then without its leading character; `at` if neither matches.
std::size_t cased_word_end(std::string_view text, std::size_t at) {
  const CharHere first = char_at(text, at);
  const bool can_lead = (first.classes & (kLetter | kNumber)) == 0 && !is_newline(text[at]);
  for (const auto match : {capitalized_end, uppercase_end}) {
    if (can_lead) {
      const std::size_t start = at + first.bytes;
      const std::size_t end = match(text, start);
      if (end > start) return end;
    }
    const std::size_t end = match(text, at);
    if (end > at) return end;
  }
  return at;
}

}  // namespace

std::size_t class_run_end(std::string_view text, std::size_t at, unsigned classes, bool none,
                          std::size_t chars_max) {
  for (std::size_t chars = 0; chars < chars_max; ++chars) {
    const CharHere here = char_at(text, at);
    if (here.bytes == 0 || ((here.classes & classes) == 0) != none) break;
    at += here.bytes;
  }
  return at;
}

std::size_t gpt2_match_end(std::string_view text, std::size_t at) {
  const std::size_t quoted = contraction_bytes(text, at, false);
  if (quoted > 0) return at + quoted;
  for (const unsigned classes : {unsigned{kLetter}, unsigned{kNumber}, kNotOther}) {
    const std::size_t end = spaced_run_end(text, at, classes, classes == kNotOther);
    if (end > at) return end;
  }
  return spaces_end(text, at);
}

std::size_t cl100k_match_end(std::string_view text, std::size_t at, const Cl100kOptions& options) {
  const std::size_t quoted = contraction_bytes(text, at, true);
  if (quoted > 0) return at + quoted;
  const unsigned word = options.marks_in_words ? kLetter | kCombining : unsigned{kLetter};
  const CharHere first = char_at(text, at);
  if ((first.classes & kNumber) != 0) {
    return class_run_end(text, at, kNumber, false, options.number_chars_max);
  }
  const bool in_word = (first.classes & word) != 0;
  const bool leads_word = !is_newline(text[at]) && (char_at(text, at + first.bytes).classes & word);
  if (in_word || leads_word) return class_run_end(text, at + first.bytes, word, false);
  std::size_t end = spaced_run_end(text, at, kNotOther | word, true);
  if (end == at) return lines_or_spaces_end(text, at);
  while (end < text.size() && is_newline(text[end])) ++end;
  return end;
}

std::size_t o200k_match_end(std::string_view text, std::size_t at, const O200kOptions& options) {
  const std::size_t word = cased_word_end(text, at);
  if (word > at) return word + (options.contractions ? contraction_bytes(text, word, true) : 0);
  if ((char_at(text, at).classes & kNumber) != 0) {
    return class_run_end(text, at, kNumber, false, options.number_chars_max);
  }
  std::size_t end = spaced_run_end(text, at, kNotOther, true);
  if (end == at) return lines_or_spaces_end(text, at);
  while (end < text.size() && (is_newline(text[end]) || text[end] == '/')) ++end;
  return end;
}

std::size_t deepseek_match_end(std::string_view text, std::size_t at) {
  const CharHere first = char_at(text, at);
  constexpr unsigned kSigns = kPunctuation | kSymbol, kWordChars = kLetter | kCombining;
  const std::size_t start = at + first.bytes;
  if (first.bytes == 1 && (first.classes & kSigns) != 0 && start < text.size() &&
      is_ascii_letter(text[start])) {
    std::size_t end = start;
    while (end < text.size() && is_ascii_letter(text[end])) ++end;
    return end;
  }
  const bool can_lead = (first.classes & (kLetter | kSigns)) == 0 && !is_newline(text[at]);
  const bool leads_word = can_lead && (char_at(text, start).classes & kWordChars) != 0;
  if ((first.classes & kWordChars) != 0 || leads_word) {
    return class_run_end(text, start, kWordChars, false);
  }
  std::size_t end = spaced_run_end(text, at, kSigns, false);
  if (end > at) {
    while (end < text.size() && is_newline(text[end])) ++end;
    return end;
  }
  return (first.classes & kSpace) != 0 ? lines_or_spaces_end(text, at) : at;
}

}  // namespace corpusmill
