#include "tokenizer/byte_level/byte_level_tokenizer.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "tokenizer/added_tokens.h"
#include "tokenizer/byte_level/bpe_model.h"
#include "tokenizer/byte_level/byte_level_spec.h"
#include "tokenizer/byte_level/joined_texts.h"
#include "tokenizer/split/pretokenizer.h"
#include "tokenizer/text/byte_alphabet.h"
#include "tokenizer/text/non_ascii.h"
#include "tokenizer/text/utf8_lossy.h"

namespace corpusmill {
namespace {

std::vector<AddedToken> added_tokens(const ByteLevelSpec& spec, bool normalized) {
  std::vector<AddedToken> tokens;
  std::string scratch;
  for (const AddedToken& token : spec.added_tokens) {
    if (token.normalized != normalized) continue;
    tokens.push_back(token);
    if (normalized) tokens.back().content = spec.normalizer.normalize(token.content, scratch);
  }
  return tokens;
}

class ByteLevelTokenizer final : public Tokenizer {
 public:
  ByteLevelTokenizer(ByteLevelSpec spec, SpecialIds special_ids, std::string digest)
      : raw_tokens_(added_tokens(spec, false)),
        normalized_tokens_(added_tokens(spec, true)),
        pretokenizer_(std::move(spec.stages)),
        model_(std::move(spec.tables)),
        normalizer_(spec.normalizer),
        kind_(spec.kind),
        default_policy_(spec.default_policy),
        vocabulary_(std::move(spec.vocabulary)),
        normalizer_text_(std::move(spec.normalizer_text)),
        splitter_text_(std::move(spec.splitter_text)),
        warning_(std::move(spec.warning)),
        special_ids_(special_ids),
        digest_(std::move(digest)) {
    joins_ = model_.cuts_text() && pretokenizer_.cuts_in_place();
    for (const AddedToken& token : normalized_tokens_.tokens()) {
      if (vocabulary_.spelling(token.id) != token.content) renamed_[token.id] = token.content;
    }
  }

  EncodeReport encode(std::string_view text, SpecialInText policy,
                      std::vector<TokenId>& out) const override {
    const std::size_t begin = out.size();
    model_.begin();
    EncodeReport report = encode_open(text, policy, out);
    model_.finish(out);
    if (policy == SpecialInText::kReject && report.specials > 0) {
      out.resize(begin);
      report.refused = true;
    }
    return report;
  }

  void encode_all(std::span<const std::string_view> texts, SpecialInText policy,
                  const IdFrame& frame, std::vector<TokenId>& out,
                  std::span<EncodedText> encoded) const override {
    if (policy == SpecialInText::kReject) {
      return Tokenizer::encode_all(texts, policy, frame, out, encoded);
    }
    thread_local JoinedTexts joined;
    joined.clear();
    std::size_t first = 0;  // text of the joined ones, or of the open ones
    const auto close = [&](bool are_joined, std::size_t end) {
      if (are_joined) {
        encode_joined(joined, frame, out, encoded.subspan(first));
      } else {
        finish_open(out, encoded.subspan(first, end - first));
      }
      first = end;
    };
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const bool are_joined = !joined.empty();
      const bool joins = join(texts[i], policy, joined);
      if (joins != are_joined) close(are_joined, i);
      if (joins && joined.full()) close(true, i + 1);
      if (joins) continue;
      if (first == i) model_.begin();
      encoded[i] = {.ids_begin = out.size(), .ids_end = 0, .report = {}};
      if (frame.before) out.push_back(*frame.before);
      encoded[i].report = encode_open(texts[i], policy, out);
      if (frame.after) out.push_back(*frame.after);
      model_.end_text(out);
    }
    close(!joined.empty(), texts.size());
  }

  std::string decode(std::span<const TokenId> ids) const override {
    std::string bytes;
    for (const TokenId id : ids) {
      const std::string_view spelling = spelling_to_decode(id);
      if (!append_spelled_bytes(spelling, bytes)) bytes += spelling;
    }
    return to_utf8_lossy(bytes);
  }

  SpecialInText default_policy() const override { return default_policy_; }
  std::string_view kind() const override { return kind_; }
  std::string warning() const override { return warning_; }
  TokenizerParts parts() const override {
    TokenizerParts parts{normalizer_text_, splitter_text_, raw_tokens_.tokens()};
    const std::vector<AddedToken>& others = normalized_tokens_.tokens();
    parts.added_tokens.insert(parts.added_tokens.end(), others.begin(), others.end());
    return parts;
  }
  SpecialIds special_ids() const override { return special_ids_; }
  std::size_t vocabulary_size() const override { return vocabulary_.size(); }
  std::string digest() const override { return digest_; }

  std::string token(TokenId id) const override { return std::string(vocabulary_.spelling(id)); }
  std::optional<TokenId> id_of(std::string_view token) const override {
    return vocabulary_.find(token);
  }

 private:
  // As the library does: an added token that is normalized is decoded as its normalizer spells it.
  std::string_view spelling_to_decode(TokenId id) const {
    if (!renamed_.empty()) {
      const auto found = renamed_.find(id);
      if (found != renamed_.end()) return found->second;
    }
    return vocabulary_.spelling(id);
  }

  // Whether a quarter of it or more is not ASCII.
  static bool is_wide(std::string_view text) { return count_non_ascii(text) * 4 >= text.size(); }

  // Whether the text spells one of the tokens, be it a special one that is text.
  static bool has_token(const AddedTokenMatcher& tokens, std::string_view text, bool as_text) {
    if (!tokens.may_occur_in(text)) return false;
    thread_local std::vector<TextSection> sections;
    const std::size_t specials = tokens.split(text, as_text, sections);
    return specials > 0 || sections.size() != 1 || sections.front().token != nullptr;
  }

  // Adds the text if it gains by that: if it is short, wide as far as a look at its begin and its
  // middle tells, and holds no added token.
  bool join(std::string_view text, SpecialInText policy, JoinedTexts& joined) const {
    constexpr std::size_t kLook = 64;
    if (text.empty() || text.size() > JoinedTexts::kTextBytesMax || !joins_) return false;
    const bool gains =
        is_wide(text.substr(0, kLook)) || is_wide(text.substr(text.size() / 2, kLook));
    if (!gains) return false;
    thread_local std::string scratch;
    thread_local PretokenScratch pretoken_scratch;
    const bool as_text = policy == SpecialInText::kText;
    if (has_token(raw_tokens_, text, as_text)) return false;
    const std::string_view normalized = normalizer_.normalize(text, scratch);
    if (normalized.empty() || has_token(normalized_tokens_, normalized, as_text)) return false;
    joined.append(normalized, pretokenizer_, pretoken_scratch);
    return true;
  }

  void encode_joined(JoinedTexts& joined, const IdFrame& frame, std::vector<TokenId>& out,
                     std::span<EncodedText> encoded) const {
    if (joined.empty()) return;
    thread_local std::vector<std::size_t> ids_ends;
    ids_ends.resize(joined.text_ends.size());
    std::size_t begin = out.size();
    model_.encode_joined(joined, frame, out, ids_ends);
    for (std::size_t i = 0; i < ids_ends.size(); ++i) {
      encoded[i] = {.ids_begin = begin, .ids_end = ids_ends[i], .report = {}};
      begin = ids_ends[i];
    }
    joined.clear();
  }

  // Appends the ids of the text but for what BpeModel::finish() adds.
  EncodeReport encode_open(std::string_view text, SpecialInText policy,
                           std::vector<TokenId>& out) const {
    const bool as_text = policy == SpecialInText::kText;
    EncodeReport report;
    thread_local std::vector<TextSection> sections;
    thread_local std::string scratch;
    report.specials = raw_tokens_.split(text, as_text, sections);
    for (const TextSection& section : sections) {
      if (section.token != nullptr) {
        out.push_back(section.token->id);
      } else {
        const std::string_view normalized = normalizer_.normalize(section.text, scratch);
        report.specials += encode_normalized(normalized, as_text, out);
      }
    }
    return report;
  }

  // Of texts that were encoded open, the first of which begins where it says.
  void finish_open(std::vector<TokenId>& out, std::span<EncodedText> encoded) const {
    if (encoded.empty()) return;
    const std::span<const std::size_t> ends = model_.finish(out);
    std::size_t begin = encoded.front().ids_begin;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
      encoded[i].ids_begin = begin;
      encoded[i].ids_end = begin = ends[i];
    }
  }

  std::size_t encode_normalized(std::string_view text, bool as_text,
                                std::vector<TokenId>& out) const {
    thread_local std::vector<TextSection> sections;
    thread_local PretokenScratch scratch;
    const std::size_t specials = normalized_tokens_.split(text, as_text, sections);
    for (const TextSection& section : sections) {
      if (section.token != nullptr) {
        out.push_back(section.token->id);
        continue;
      }
      pretokenizer_.split(section.text, scratch,
                          [&](std::string_view window, std::span<const std::uint32_t> ends) {
                            model_.encode_open(window, ends, out);
                          });
    }
    return specials;
  }

  AddedTokenMatcher raw_tokens_, normalized_tokens_;
  Pretokenizer pretokenizer_;
  BpeModel model_;
  bool joins_ = false;  // texts can be encoded joined
  TextNormalizer normalizer_;
  std::string_view kind_;
  SpecialInText default_policy_;
  Vocabulary vocabulary_;
  std::unordered_map<TokenId, std::string> renamed_;  // tokens whose spelling is not normalized
  std::string normalizer_text_, splitter_text_;
  std::string warning_;
  SpecialIds special_ids_;
  std::string digest_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_byte_level_tokenizer(ByteLevelSpec spec, SpecialIds special_ids,
                                                     std::string digest) {
  return std::make_unique<ByteLevelTokenizer>(std::move(spec), special_ids, std::move(digest));
}

}  // namespace corpusmill
