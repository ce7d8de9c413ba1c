#include "tokenizer/byte_level_tokenizer.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "tokenizer/added_tokens.h"
#include "tokenizer/bpe_model.h"
#include "tokenizer/byte_alphabet.h"
#include "tokenizer/byte_level_spec.h"
#include "tokenizer/pretokenizer.h"
#include "tokenizer/utf8_lossy.h"

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
    for (const AddedToken& token : normalized_tokens_.tokens()) {
      if (vocabulary_.spelling(token.id) != token.content) renamed_[token.id] = token.content;
    }
  }

  EncodeReport encode(std::string_view text, SpecialInText policy,
                      std::vector<TokenId>& out) const override {
    const std::size_t begin = out.size();
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
    if (policy == SpecialInText::kReject && report.specials > 0) {
      out.resize(begin);
      report.refused = true;
    }
    return report;
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
                            model_.encode(window, ends, out);
                          });
    }
    return specials;
  }

  AddedTokenMatcher raw_tokens_, normalized_tokens_;
  Pretokenizer pretokenizer_;
  BpeModel model_;
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
