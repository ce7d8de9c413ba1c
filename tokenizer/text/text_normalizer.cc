#include "tokenizer/text/text_normalizer.h"

#include <cstring>
#include <optional>

#include "tokenizer/text/char_composer.h"
#include "tokenizer/text/mark_row.h"
#include "tokenizer/text/normalization_tables.h"
#include "tokenizer/text/unicode_category.h"
#include "tokenizer/text/unicode_class.h"
#include "tokenizer/text/wide_char_scanner.h"

namespace corpusmill {
namespace {

// The size of the character at `at` if it and all of its block have no traits, seen without
// decoding it; else 0, and 0 near the end.
std::size_t plain_char(const NormalizationTables& tables, std::string_view text, std::size_t at) {
  std::uint32_t word;
  if (at + sizeof word > text.size()) return 0;
  std::memcpy(&word, text.data() + at, sizeof word);
  const std::uint32_t first = word & 0xFF, second = word >> 8 & 0x3F, third = word >> 16 & 0x3F;
  static_assert(NormalizationTables::kBlock == 64);
  if ((word & 0xC0C0F0) == 0x8080E0)
    return tables.is_plain_block((first & 0xF) << 6 | second) ? 3 : 0;
  if ((word & 0xC0C0C0F8) == 0x808080F0) {
    const std::uint32_t block = (first & 0x7) << 12 | second << 6 | third;
    return block < kCodePoints / NormalizationTables::kBlock && tables.is_plain_block(block) ? 4
                                                                                             : 0;
  }
  return 0;
}

// Scratch of one thread.
struct Composers {
  explicit Composers(bool compatible) : tables(NormalizationTables::get(compatible)) {}

  const NormalizationTables& tables;
  MarkRow marks{tables};
  CharComposer chars{tables};
};

Composers& composers_of_thread(bool compatible) {
  if (compatible) {
    thread_local Composers composers(true);
    return composers;
  }
  thread_local Composers composers(false);
  return composers;
}

}  // namespace

std::size_t TextNormalizer::next_suspect(std::string_view text, std::size_t at) const {
  const bool compatible = form_ == Form::kNfkc;
  const auto next = compatible ? next_wide_char : next_unusual_char;
  if ((at = next(text, at)) == text.size()) return at;
  const NormalizationTables& tables = NormalizationTables::get(compatible);
  while (at < text.size()) {
    std::size_t bytes = plain_char(tables, text, at);
    if (bytes == 0) {
      const DecodedChar decoded = decode_utf8(text, at);
      if ((tables.traits(decoded.code_point) & NormalizationTables::kSuspect) != 0) break;
      bytes = decoded.bytes;
    }
    at += bytes;
    // Such characters seldom stand alone.
    if (at < text.size() && !(compatible ? is_wide_lead : is_unusual_lead)(text[at])) {
      at = next(text, at);
    }
  }
  return at;
}

std::string_view TextNormalizer::normalize(std::string_view text, std::string& scratch) const {
  if (form_ == Form::kNone) return text;
  std::size_t suspect = next_suspect(text, 0);
  if (suspect == text.size()) return text;
  Composers& composers = composers_of_thread(form_ == Form::kNfkc);
  scratch.clear();
  scratch.reserve(text.size());
  std::size_t copied = 0;
  while (suspect < text.size()) {
    // What a suspect may join ends with the character before it; what may join the suspect is a
    // suspect too.
    std::size_t begin = suspect;
    if (begin > copied) {
      const DecodedChar before = decode_utf8_before(text, begin);
      const bool is_malformed = before.code_point == 0xFFFD && before.bytes == 1;
      if (!is_malformed) begin -= before.bytes;
    }
    scratch.append(text.substr(copied, begin - copied));
    const std::optional<std::size_t> end = composers.marks.append(text, begin, suspect, scratch);
    copied = end ? *end : composers.chars.append(text, begin, suspect, scratch);
    suspect = next_suspect(text, copied);
  }
  scratch.append(text.substr(copied));
  return scratch;
}

}  // namespace corpusmill
