#include "tokenizer/sentencepiece/sentencepiece_normalizer.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "common/error.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::string_view kMark = "\xE2\x96\x81";
constexpr std::uint32_t kMarkCodePoint = 0x2581;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
std::uint32_t wide_code_point(unsigned first, unsigned second, unsigned third) {
  return (first & 0xFU) << 12 | (second & 0x3FU) << 6 | (third & 0x3FU);
}

bool is_continuation(unsigned byte) {
  return (byte & 0xC0U) == 0x80;
}

}  // namespace

SentencepieceNormalizer::SentencepieceNormalizer(const SentencepieceVocabulary& vocabulary,
                                                 Marks marks, const std::string& file_name)
    : SentencepieceNormalizer(vocabulary.model().normalizer, file_name) {
  user_defined_ = UserDefinedPieces(vocabulary, file_name);
  mark_at_end_ = vocabulary.model().treat_whitespace_as_suffix;
  marks_as_spaces_ = marks == Marks::kAsSpaces && vocabulary.model().normalizer.escape_whitespaces;
  if (marks_as_spaces_) mark_ = " ";
  for (const SentencepieceModel::Piece& piece : vocabulary.model().pieces) {
    if (piece.type != SentencepieceModel::PieceType::kUserDefined) continue;
    writes_utf8_ = writes_utf8_ && simdjson::validate_utf8(piece.text.data(), piece.text.size());
  }
  find_plain_characters();
}

SentencepieceNormalizer::SentencepieceNormalizer(const SentencepieceModel::NormalizerSpec& spec,
                                                 const std::string& file_name)
    : add_mark_(spec.add_dummy_prefix),
      remove_extra_spaces_(spec.remove_extra_whitespaces),
      mark_(spec.escape_whitespaces ? kMark : std::string_view(" ")) {
  if (!spec.precompiled_charsmap.empty()) {
    map_ = PrecompiledCharsmap::parse(spec.precompiled_charsmap);
    if (!map_) {
      throw Error(ExitCode::kCorrupt,
                  fmt::format("{}: the model's character map is damaged", file_name));
    }
    writes_utf8_ = map_->replaces_by_utf8();
  }
  find_plain_characters();
}

void SentencepieceNormalizer::find_plain_characters() {
  kind_.fill(ByteKind::kOther);
  for (unsigned byte = 0; byte < 0x80; ++byte) {
    const auto first = static_cast<unsigned char>(byte);
    const auto node = map_ ? map_->child(map_->root(), first) : std::nullopt;
    bool plain = !user_defined_.any_begins_with(first) && !(node && node->has_rule);
    for (unsigned next = 0; node && next < 0x80; ++next) {
      if (map_->child(*node, static_cast<unsigned char>(next))) plain = false;
    }
    if (byte == ' ') {
      if (plain && !node) kind_[byte] = ByteKind::kSpace;
    } else if (plain) {
      kind_[byte] = ByteKind::kPlain;
    }
  }
  printable_is_plain_ = mark_ == " " && kind_[' '] == ByteKind::kSpace;
  for (unsigned byte = 0x21; byte < 0x7F; ++byte) {
    if (kind_[byte] != ByteKind::kPlain) printable_is_plain_ = false;
  }
  plain_wide_.assign(0x10000 / 64, 0);
  for (unsigned first = 0xE0; first < 0xF0; ++first) {
    const auto lead = static_cast<unsigned char>(first);
    if (user_defined_.any_begins_with(lead)) continue;
    kind_[first] = ByteKind::kWide;
    const auto one = map_ ? map_->child(map_->root(), lead) : std::nullopt;
    for (unsigned second = 0x80; second < 0xC0; ++second) {
      const auto two = one ? map_->child(*one, static_cast<unsigned char>(second)) : std::nullopt;
      for (unsigned third = 0x80; third < 0xC0; ++third) {
        const std::uint32_t code_point = wide_code_point(first, second, third);
        if (code_point < 0x800 || (code_point >= 0xD800 && code_point < 0xE000)) continue;
        // A rule may stop inside a character too.
        const bool ruled = (one && one->has_rule) || (two && two->has_rule) ||
                           (two && map_->child(*two, static_cast<unsigned char>(third)));
        const bool mark = marks_as_spaces_ && code_point == kMarkCodePoint;
        if (!ruled && !mark) plain_wide_[code_point / 64] |= std::uint64_t{1} << (code_point % 64);
      }
    }
  }
}

SentencepieceNormalizer::Prefix SentencepieceNormalizer::prefix(std::string_view text) const {
  const std::size_t user_defined = user_defined_.longest_prefix(text);
  if (user_defined > 0) return {user_defined, text.substr(0, user_defined)};
  if (map_) {
    const PrecompiledCharsmap::Match match = map_->longest_prefix(text);
    if (match.bytes > 0) return {match.bytes, match.replacement};
  }
  const DecodedChar decoded = decode_utf8(text, 0);
  const bool malformed = decoded.bytes == 1 && decoded.code_point == 0xFFFD;
  return {decoded.bytes, malformed ? kReplacement : text.substr(0, decoded.bytes)};
}

// The bytes that become spaces at the start and vanish.
std::size_t SentencepieceNormalizer::leading_space(std::string_view text) const {
  std::size_t at = 0;
  while (at < text.size()) {
    const Prefix first = prefix(text.substr(at));
    if (first.text != " ") break;
    at += first.bytes;
  }
  return at;
}

// Makes room behind what is written, without counting it as written.
char* SentencepieceNormalizer::Output::room(std::size_t bytes) {
  if (text.size() - used < bytes) text.resize(2 * used + bytes);
  return text.data() + used;
}

void SentencepieceNormalizer::Output::write(std::string_view bytes) {
  std::memcpy(room(bytes.size()), bytes.data(), bytes.size());
  used += bytes.size();
}

// Copies whole blocks of printable ASCII without a space that would be swallowed; returns where
// they end. A rule may begin with an ASCII character and go on with others (a letter and its
// accent), so the last one before others is left.
std::size_t SentencepieceNormalizer::copy_ascii_blocks(std::string_view text, std::size_t at,
                                                       Output& out) const {
#ifdef __SSE2__
  constexpr std::size_t kBlock = 16;
  char* to = out.text.data() + out.used;
  while (text.size() - at > kBlock) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    // As signed bytes 0x20 to 0x7E are those above 0x1F that are not 0x7F.
    const __m128i above = _mm_cmpgt_epi8(block, _mm_set1_epi8(0x1F));
    const __m128i below = _mm_cmplt_epi8(block, _mm_set1_epi8(0x7F));
    if (_mm_movemask_epi8(_mm_and_si128(above, below)) != 0xFFFF) break;
    const auto spaces =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8(' '))));
    if (remove_extra_spaces_ && (spaces & (spaces << 1 | unsigned{out.after_space})) != 0) break;
    if (static_cast<unsigned char>(text[at + kBlock]) >= 0x80) break;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
    to += kBlock;
    at += kBlock;
    out.after_space = remove_extra_spaces_ && spaces >> (kBlock - 1) != 0;
  }
  out.used = static_cast<std::size_t>(to - out.text.data());
#else
  static_cast<void>(text);
  static_cast<void>(out);
#endif
  return at;
}

std::size_t SentencepieceNormalizer::copy_plain_wide(std::string_view text, std::size_t at,
                                                     Output& out) const {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t begin = at;
  while (text.size() - at >= 3 && kind_[byte(at)] == ByteKind::kWide &&
         is_continuation(byte(at + 1)) && is_continuation(byte(at + 2))) {
    const std::uint32_t code_point = wide_code_point(byte(at), byte(at + 1), byte(at + 2));
    if ((plain_wide_[code_point / 64] >> (code_point % 64) & 1) == 0) break;
    at += 3;
  }
  if (at > begin) {
    out.write(text.substr(begin, at - begin));
    out.after_space = false;
  }
  return at;
}

// Copies from text[at] on what needs no look at the rules; returns where that ends.
std::size_t SentencepieceNormalizer::copy_plain(std::string_view text, std::size_t at,
                                                Output& out) const {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  // What is copied here becomes longer by its marks at most.
  out.room(mark_.size() * (text.size() - at));
  while (at < text.size()) {
    if (printable_is_plain_) at = copy_ascii_blocks(text, at, out);
    const std::size_t begin = at;
    char* to = out.text.data() + out.used;
    while (at < text.size() && kind_[byte(at)] == ByteKind::kPlain) *to++ = text[at++];
    // As above, of a letter and its accent.
    if (at > begin && at < text.size() && byte(at) >= 0x80) --at;
    if (at > begin) {
      out.used += at - begin;
      out.after_space = false;
      if (at == text.size()) break;
    }
    if (kind_[byte(at)] == ByteKind::kSpace) {
      if (!out.after_space) out.write(mark_);
      out.after_space = remove_extra_spaces_;
      ++at;
      continue;
    }
    const std::size_t wide = at;
    at = copy_plain_wide(text, at, out);
    if (at == wide) break;
  }
  return at;
}

void SentencepieceNormalizer::append(std::string_view normalized, Output& out) const {
  while (out.after_space && normalized.starts_with(' ')) normalized.remove_prefix(1);
  if (normalized.empty()) return;
  for (std::size_t i = 0; i < normalized.size();) {
    if (normalized[i] == ' ') {
      out.write(mark_);
      ++i;
    } else if (marks_as_spaces_ && normalized.substr(i).starts_with(kMark)) {
      out.write(mark_);
      i += kMark.size();
    } else {
      out.write(normalized.substr(i++, 1));
    }
  }
  out.after_space = remove_extra_spaces_ && normalized.back() == ' ';
}

void SentencepieceNormalizer::normalize(std::string_view text, std::string& normalized) const {
  normalized.clear();
  std::size_t at = remove_extra_spaces_ ? leading_space(text) : 0;
  if (at == text.size()) return;
  Output out{normalized, 0, remove_extra_spaces_};
  if (add_mark_ && !mark_at_end_) out.write(mark_);
  while (at < text.size()) {
    at = copy_plain(text, at, out);
    if (at == text.size()) break;
    const Prefix next = prefix(text.substr(at));
    append(next.text, out);
    at += next.bytes;
  }
  normalized.resize(out.used);
  if (remove_extra_spaces_) {
    while (normalized.ends_with(mark_)) normalized.resize(normalized.size() - mark_.size());
  }
  if (add_mark_ && mark_at_end_) normalized += mark_;
}

}  // namespace corpusmill
