#include "tokenizer/text/text_normalizer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "tokenizer/text/char_composer.h"
#include "tokenizer/text/normalization_ranges.h"
#include "tokenizer/text/unicode_category.h"
#include "tokenizer/text/unicode_class.h"
#include "tokenizer/text/wide_char_scanner.h"

namespace corpusmill {
namespace {

using CodePointBits = std::array<std::uint64_t, kCodePoints / 64>;

void set_bits(std::span<const CodePointRange> ranges, CodePointBits& bits) {
  for (const CodePointRange& range : ranges) {
    for (std::uint32_t c = range.first; c <= range.last; ++c) bits[c >> 6] |= 1ULL << (c & 63);
  }
}

// Static storage: zeros until touched.
const std::uint64_t* nfc_suspect_bits() {
  static CodePointBits bits;
  static const bool made = (set_bits(nfc_suspects(), bits), true);
  static_cast<void>(made);
  return bits.data();
}

const std::uint64_t* nfkc_suspect_bits() {
  static CodePointBits bits;
  static const bool made = (set_bits(nfc_suspects(), bits), set_bits(nfkc_suspects(), bits), true);
  static_cast<void>(made);
  return bits.data();
}

bool is_since_unicode_10(std::uint32_t code_point) {
  static CodePointBits bits;
  static const bool made = (set_bits(since_unicode_10(), bits), true);
  static_cast<void>(made);
  return (bits[code_point >> 6] >> (code_point & 63) & 1) != 0;
}

}  // namespace

TextNormalizer::TextNormalizer(Form form) : form_(form) {
  if (form == Form::kNfc) suspects_ = nfc_suspect_bits();
  if (form == Form::kNfkc) suspects_ = nfkc_suspect_bits();
}

std::size_t TextNormalizer::next_suspect(std::string_view text, std::size_t at) const {
  const auto next = form_ == Form::kNfc ? next_unusual_char : next_wide_char;
  while ((at = next(text, at)) < text.size()) {
    const DecodedChar decoded = decode_utf8(text, at);
    if (is_suspect(decoded.code_point)) break;
    at += decoded.bytes;
  }
  return at;
}

std::string_view TextNormalizer::normalize(std::string_view text, std::string& scratch) const {
  if (form_ == Form::kNone) return text;
  std::size_t suspect = next_suspect(text, 0);
  if (suspect == text.size()) return text;
  scratch.clear();
  std::size_t copied = 0;
  while (suspect < text.size()) {
    // What a suspect may join ends with the character before it; what may join the suspect is a
    // suspect too.
    std::size_t begin = suspect;
    if (begin > copied) begin -= decode_utf8_before(text, begin).bytes;
    std::size_t end = suspect;
    while (end < text.size()) {
      const DecodedChar decoded = decode_utf8(text, end);
      if (!is_suspect(decoded.code_point)) break;
      end += decoded.bytes;
    }
    scratch.append(text.substr(copied, begin - copied));
    append_normalized(text.substr(begin, end - begin), scratch);
    copied = end;
    suspect = next_suspect(text, end);
  }
  scratch.append(text.substr(copied));
  return scratch;
}

void TextNormalizer::append_normalized(std::string_view text, std::string& out) const {
  thread_local CharComposer composers[] = {CharComposer(false), CharComposer(true)};
  CharComposer& composer = composers[form_ == Form::kNfkc ? 1 : 0];
  for (std::size_t at = 0; at < text.size();) {
    const DecodedChar decoded = decode_utf8(text, at);
    const bool is_malformed = decoded.code_point == 0xFFFD && decoded.bytes == 1;
    if (is_malformed || is_since_unicode_10(decoded.code_point)) {
      composer.append_to(out);
      out.append(text.substr(at, decoded.bytes));
    } else {
      composer.add(decoded.code_point);
    }
    at += decoded.bytes;
  }
  composer.append_to(out);
}

}  // namespace corpusmill
