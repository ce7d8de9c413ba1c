#include "tokenizer/text/text_normalizer.h"

#include <optional>

#include "tokenizer/text/char_composer.h"
#include "tokenizer/text/mark_row.h"
#include "tokenizer/text/normalization_tables.h"
#include "tokenizer/text/suspect_scanner.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

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

std::string_view TextNormalizer::normalize(std::string_view text, std::string& scratch) const {
  if (form_ == Form::kNone) return text;
  const bool compatible = form_ == Form::kNfkc;
  std::size_t suspect = next_suspect(text, 0, compatible);
  if (suspect == text.size()) return text;
  Composers& composers = composers_of_thread(compatible);
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
    suspect = next_suspect(text, copied, compatible);
  }
  scratch.append(text.substr(copied));
  return scratch;
}

}  // namespace corpusmill
