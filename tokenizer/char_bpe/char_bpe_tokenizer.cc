#include "tokenizer/char_bpe/char_bpe_tokenizer.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tokenizer/added_tokens.h"
#include "tokenizer/char_bpe/char_bpe_model.h"
#include "tokenizer/text/utf8_lossy.h"

namespace corpusmill {
namespace {

using Mark = CharBpeTextRules::Mark;

// As the normalizer writes text: a mark in front, spaces as marks.
std::string with_marks(const CharBpeTextRules& rules, std::string_view text) {
  std::string out;
  if (rules.mark == Mark::kPrefix) out = kSpaceMarkUtf8;
  for (const char c : text) {
    if (c == ' ' && rules.space_is_mark) {
      out += kSpaceMarkUtf8;
    } else {
      out += c;
    }
  }
  return out;
}

std::vector<AddedToken> added_tokens(const CharBpeJsonSpec& spec, bool normalized) {
  std::vector<AddedToken> tokens;
  for (const AddedToken& token : spec.added_tokens) {
    if (token.normalized != normalized) continue;
    tokens.push_back(token);
    if (!normalized || !spec.marks_from_normalizer) continue;
    tokens.back().content = with_marks(spec.bpe.rules, token.content);
  }
  return tokens;
}

// The byte that a token like <0x41> spells.
std::optional<char> spelled_byte(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') return std::nullopt;
  // The library's parser takes a plus sign for a digit.
  const char* const begin = token.data() + (token[3] == '+' ? 4 : 3);
  const char* const end = token.data() + 5;
  std::uint8_t byte = 0;
  const auto [parsed, error] = std::from_chars(begin, end, byte, 16);
  if (error != std::errc() || parsed != end) return std::nullopt;
  return static_cast<char>(byte);
}

TokenizerParts parts_of(const CharBpeJsonSpec& spec) {
  return {spec.normalizer_text, spec.splitter_text, spec.added_tokens};
}

class CharBpeTokenizer final : public Tokenizer {
 public:
  CharBpeTokenizer(CharBpeJsonSpec spec, SpecialIds special_ids, std::string digest,
                   const std::string& file_name)
      : raw_tokens_(added_tokens(spec, false)),
        normalized_tokens_(added_tokens(spec, true)),
        model_(std::move(spec.bpe), file_name),
        marks_from_normalizer_(spec.marks_from_normalizer),
        decode_marks_(spec.decode_marks),
        decode_bytes_(spec.decode_bytes),
        decode_strips_(spec.decode_strips),
        parts_(parts_of(spec)),
        warning_(std::move(spec.warning)),
        special_ids_(special_ids),
        digest_(std::move(digest)) {
    for (const AddedToken& token : normalized_tokens_.tokens()) {
      normalized_spellings_.emplace(token.id, token.content);
    }
  }

  EncodeReport encode(std::string_view text, SpecialInText policy,
                      std::vector<TokenId>& out) const override {
    const std::size_t begin = out.size();
    const bool as_text = policy == SpecialInText::kText;
    thread_local std::vector<TextSection> sections;
    EncodeReport report;
    report.specials = raw_tokens_.split(text, as_text, sections);
    for (const TextSection& section : sections) {
      if (section.token != nullptr) {
        out.push_back(section.token->id);
        continue;
      }
      const bool at_start = section.text.data() == text.data();
      if (normalized_tokens_.empty()) {
        model_.encode(section.text, at_start, out);
      } else {
        report.specials += encode_section(section.text, at_start, as_text, out);
      }
    }
    if (policy == SpecialInText::kReject && report.specials > 0) {
      out.resize(begin);
      report.refused = true;
    }
    return report;
  }

  std::string decode(std::span<const TokenId> ids) const override {
    std::string text, bytes;
    // A run that is not UTF-8 as a whole becomes one U+FFFD for each of its bytes.
    const auto flush = [&] {
      if (to_utf8_lossy(bytes) == bytes) {
        text += bytes;
      } else {
        for (std::size_t i = 0; i < bytes.size(); ++i) text += "\xEF\xBF\xBD";
      }
      bytes.clear();
    };
    for (const TokenId id : ids) {
      if (!vocabulary().has(id)) continue;
      const std::string_view spelling = decoded_spelling(id);
      const auto byte = decode_bytes_ ? spelled_byte(spelling) : std::nullopt;
      if (byte) {
        bytes += *byte;
        continue;
      }
      flush();
      append_spelling(spelling, text);
    }
    flush();
    return text.substr(
        std::min(text.find_first_not_of(' '), std::min(decode_strips_, text.size())));
  }

  SpecialInText default_policy() const override { return SpecialInText::kParse; }
  std::string_view kind() const override { return "character-bpe"; }
  std::string warning() const override { return warning_; }
  TokenizerParts parts() const override { return parts_; }
  SpecialIds special_ids() const override { return special_ids_; }
  std::size_t vocabulary_size() const override { return vocabulary().size(); }
  std::string digest() const override { return digest_; }

  std::string token(TokenId id) const override { return std::string(vocabulary().spelling(id)); }
  std::optional<TokenId> id_of(std::string_view token) const override {
    return vocabulary().find(token);
  }

 private:
  const Vocabulary& vocabulary() const { return model_.spec().symbols; }

  // The library decodes a normalized token as its normalizer spells it.
  std::string_view decoded_spelling(TokenId id) const {
    const auto found = normalized_spellings_.find(id);
    return found == normalized_spellings_.end() ? vocabulary().spelling(id)
                                                : std::string_view(found->second);
  }

  // A section between the added tokens that are found in raw text.
  std::size_t encode_section(std::string_view raw, bool at_start, bool as_text,
                             std::vector<TokenId>& out) const {
    thread_local std::vector<TextSection> sections;
    const std::string marked =
        marks_from_normalizer_ ? with_marks(model_.spec().rules, raw) : std::string();
    const std::string_view text = marks_from_normalizer_ ? std::string_view(marked) : raw;
    const std::size_t specials = normalized_tokens_.split(text, as_text, sections);
    for (const TextSection& section : sections) {
      if (section.token != nullptr) {
        out.push_back(section.token->id);
      } else if (marks_from_normalizer_) {
        model_.encode_marked(section.text, out);
      } else {
        model_.encode(section.text, at_start && section.text.data() == text.data(), out);
      }
    }
    return specials;
  }

  void append_spelling(std::string_view spelling, std::string& text) const {
    while (decode_marks_) {
      const std::size_t mark = spelling.find(kSpaceMarkUtf8);
      if (mark == std::string_view::npos) break;
      text.append(spelling.substr(0, mark)) += ' ';
      spelling.remove_prefix(mark + kSpaceMarkUtf8.size());
    }
    text += spelling;
  }

  AddedTokenMatcher raw_tokens_, normalized_tokens_;
  std::unordered_map<TokenId, std::string> normalized_spellings_;
  CharBpeModel model_;
  bool marks_from_normalizer_, decode_marks_, decode_bytes_;
  std::size_t decode_strips_;
  TokenizerParts parts_;
  std::string warning_;
  SpecialIds special_ids_;
  std::string digest_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_char_bpe_tokenizer(CharBpeJsonSpec spec, SpecialIds special_ids,
                                                   std::string digest,
                                                   const std::string& file_name) {
  return std::make_unique<CharBpeTokenizer>(std::move(spec), special_ids, std::move(digest),
                                            file_name);
}

}  // namespace corpusmill
