#include "tokenizer/sentencepiece_normalizer.h"

#include <fmt/format.h>

#include "common/error.h"
#include "tokenizer/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::string_view kMark = "\xE2\x96\x81";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
std::uint32_t wide_code_point(unsigned first, unsigned second, unsigned third) {
  return (first & 0xFU) << 12 | (second & 0x3FU) << 6 | (third & 0x3FU);
}

bool is_continuation(unsigned byte) {
  return (byte & 0xC0U) == 0x80;
}

}  // namespace

SentencepieceNormalizer::SentencepieceNormalizer(const SentencepieceVocabulary& vocabulary,
                                                 const std::string& file_name)
    : SentencepieceNormalizer(vocabulary.model().normalizer, file_name) {
  user_defined_ = UserDefinedPieces(vocabulary, file_name);
  mark_at_end_ = vocabulary.model().treat_whitespace_as_suffix;
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
        if (!ruled) plain_wide_[code_point / 64] |= std::uint64_t{1} << (code_point % 64);
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

// Copies from text[at] on what needs no look at the rules; returns where that ends.
std::size_t SentencepieceNormalizer::copy_plain(std::string_view text, std::size_t at,
                                                bool& after_space, std::string& out) const {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  while (at < text.size()) {
    const std::size_t begin = at;
    while (at < text.size() && kind_[byte(at)] == ByteKind::kPlain) ++at;
    // A rule may begin with an ASCII character and go on with others (a letter and its accent).
    if (at > begin && at < text.size() && byte(at) >= 0x80) --at;
    if (at > begin) {
      out.append(text, begin, at - begin);
      after_space = false;
      if (at == text.size()) break;
    }
    if (kind_[byte(at)] == ByteKind::kSpace) {
      if (!after_space) out += mark_;
      after_space = remove_extra_spaces_;
      ++at;
      continue;
    }
    const std::size_t wide = at;
    while (text.size() - at >= 3 && kind_[byte(at)] == ByteKind::kWide &&
           is_continuation(byte(at + 1)) && is_continuation(byte(at + 2))) {
      const std::uint32_t code_point = wide_code_point(byte(at), byte(at + 1), byte(at + 2));
      if ((plain_wide_[code_point / 64] >> (code_point % 64) & 1) == 0) break;
      at += 3;
    }
    if (at == wide) break;
    out.append(text, wide, at - wide);
    after_space = false;
  }
  return at;
}

void SentencepieceNormalizer::append(std::string_view normalized, bool& after_space,
                                     std::string& out) const {
  while (after_space && normalized.starts_with(' ')) normalized.remove_prefix(1);
  if (normalized.empty()) return;
  for (const char byte : normalized) {
    if (byte == ' ') {
      out += mark_;
    } else {
      out += byte;
    }
  }
  after_space = remove_extra_spaces_ && normalized.back() == ' ';
}

void SentencepieceNormalizer::normalize(std::string_view text, std::string& out) const {
  out.clear();
  std::size_t at = remove_extra_spaces_ ? leading_space(text) : 0;
  if (at == text.size()) return;
  if (add_mark_ && !mark_at_end_) out += mark_;
  bool after_space = remove_extra_spaces_;
  while (at < text.size()) {
    at = copy_plain(text, at, after_space, out);
    if (at == text.size()) break;
    const Prefix next = prefix(text.substr(at));
    append(next.text, after_space, out);
    at += next.bytes;
  }
  if (remove_extra_spaces_) {
    while (out.ends_with(mark_)) out.resize(out.size() - mark_.size());
  }
  if (add_mark_ && mark_at_end_) out += mark_;
}

}  // namespace corpusmill
