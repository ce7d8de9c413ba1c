#include "prep/signature/datatrove_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

using CodePoints = std::vector<char32_t>;

constexpr std::u32string_view kPunctuation =
    U"!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_.\"}►»";
constexpr std::u32string_view kDecimalSeparators = U".,،٫⎖⎗⎘";
// Word_Break of MidLetter, MidNumLet and Single_Quote: case-ignorable besides whole categories.
constexpr std::u32string_view kMidLetters =
    U"'.:·\u0387\u055F\u05F4‘’\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";

constexpr char32_t kCapitalSigma = U'Σ', kFinalSigma = U'ς', kSigma = U'σ';
constexpr char32_t kCapitalDottedI = U'İ', kDotAbove = U'\u0307';

utf8proc_category_t category_of(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool is_control(char32_t c) {
  return (c < 32 && c != '\t' && c != '\n') || (c >= 127 && c < 160);
}

bool is_punctuation(char32_t c) {
  static const auto of_bmp = [] {
    auto table = std::make_unique<std::array<bool, 0x10000>>();
    for (const char32_t mark : kPunctuation) (*table)[mark] = true;
    return table;
  }();
  return is_control(c) || (c < of_bmp->size() && (*of_bmp)[c]);
}

bool is_decimal_digit(char32_t c) {
  return c < 128 ? c >= '0' && c <= '9' : category_of(c) == UTF8PROC_CATEGORY_ND;
}

bool is_cased(char32_t c) {
  const utf8proc_category_t category = category_of(c);
  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL ||
         category == UTF8PROC_CATEGORY_LT;
}

bool is_case_ignorable(char32_t c) {
  switch (category_of(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return kMidLetters.find(c) != kMidLetters.npos;
  }
}

// Unicode's Final_Sigma: behind a letter and before none.
bool is_final_sigma(const CodePoints& text, std::size_t at) {
  std::size_t before = at;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  std::size_t after = at + 1;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

CodePoints decode(std::string_view text) {
  CodePoints decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint character = decode_code_point(text, at);
    decoded.push_back(character.value);
    at += character.bytes;
  }
  return decoded;
}

CodePoints lower(const CodePoints& text) {
  CodePoints lowered;
  lowered.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    if (c < 128) {
      lowered.push_back(c >= 'A' && c <= 'Z' ? c + 32 : c);
    } else if (c == kCapitalSigma) {
      lowered.push_back(is_final_sigma(text, i) ? kFinalSigma : kSigma);
    } else {
      lowered.push_back(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
      if (c == kCapitalDottedI) lowered.push_back(kDotAbove);
    }
  }
  return lowered;
}

std::size_t end_of_digits(const CodePoints& text, std::size_t at) {
  while (at < text.size() && is_decimal_digit(text[at])) ++at;
  return at;
}

// Numbers, punctuation and white space of lower-case text.
std::string simplify_marks(const CodePoints& text) {
  std::string simple;
  bool space = false;
  const auto append = [&](char32_t c) {
    if (space && !simple.empty()) simple += ' ';
    space = false;
    append_utf8(c, simple);
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t digits_end = end_of_digits(text, at);
    if (digits_end > at) {
      append('0');
      at = digits_end;
      if (at < text.size() && kDecimalSeparators.find(text[at]) != kDecimalSeparators.npos) {
        at = std::max(end_of_digits(text, at + 1), at);
        if (at == digits_end + 1) at = digits_end;  // no digit behind the separator
      }
      continue;
    }
    const char32_t c = text[at++];
    if (is_white_space(c) || is_punctuation(c)) {
      space = true;
    } else {
      append(c);
    }
  }
  return simple;
}

std::string decompose(const std::string& text) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t bytes =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (bytes < 0) throw std::bad_alloc();  // nothing else is wrong with valid UTF-8
  return std::string(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(bytes));
}

}  // namespace

void simplify_as_datatrove(std::string_view text, std::string& simplified) {
  const std::string marked = simplify_marks(lower(decode(text)));
  const bool ascii = std::all_of(marked.begin(), marked.end(),
                                 [](char byte) { return static_cast<signed char>(byte) >= 0; });
  if (ascii) {
    simplified = marked;
    return;
  }
  const std::string decomposed = decompose(marked);
  simplified.clear();
  for (std::size_t at = 0; at < decomposed.size();) {
    const CodePoint character = decode_code_point(decomposed, at);
    if (category_of(character.value) != UTF8PROC_CATEGORY_MN) {
      simplified.append(decomposed, at, character.bytes);
    }
    at += character.bytes;
  }
  // A word of marks alone at an end has left its space.
  const std::size_t first = simplified.find_first_not_of(' ');
  simplified.erase(0, std::min(first, simplified.size()));
  simplified.erase(simplified.find_last_not_of(' ') + 1);
}

}  // namespace corpusmill
