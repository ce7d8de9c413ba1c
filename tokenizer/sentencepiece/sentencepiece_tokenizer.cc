#include "tokenizer/sentencepiece/sentencepiece_tokenizer.h"

#include <utility>
#include <vector>

#include "common/digest.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/sentencepiece/sentencepiece_decoder.h"
#include "tokenizer/sentencepiece/sentencepiece_engine.h"
#include "tokenizer/sentencepiece/sentencepiece_vocabulary.h"

namespace corpusmill {

namespace {

using PieceType = SentencepieceModel::PieceType;

// Control and unknown pieces, which the library never finds in text.
std::vector<AddedToken> special_pieces(const SentencepieceVocabulary& vocabulary) {
  std::vector<AddedToken> tokens;
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const SentencepieceModel::Piece& piece = vocabulary.piece(id);
    if (piece.type != PieceType::kControl && piece.type != PieceType::kUnknown) continue;
    tokens.push_back({.id = id, .content = std::string(piece.text), .special = true});
  }
  return tokens;
}

class SentencepieceTokenizer final : public Tokenizer {
 public:
  SentencepieceTokenizer(std::string_view bytes, const std::string& file_name)
      : vocabulary_(bytes, file_name),
        decoder_(vocabulary_, file_name),
        specials_(special_pieces(vocabulary_)),
        engine_(make_sentencepiece_engine(vocabulary_, bytes, file_name)),
        digest_(digest_of(bytes).hex()) {}

  EncodeReport encode(std::string_view text, SpecialInText policy,
                      std::vector<TokenId>& out) const override {
    thread_local std::vector<TextSection> sections;
    EncodeReport report;
    report.specials = specials_.split(text, policy == SpecialInText::kText, sections);
    if (policy == SpecialInText::kReject && report.specials > 0) {
      report.refused = true;
      return report;
    }
    for (const TextSection& section : sections) {
      if (section.token != nullptr) {
        out.push_back(section.token->id);
      } else {
        engine_->encode(section.text, out);
      }
    }
    return report;
  }

  std::string decode(std::span<const TokenId> ids) const override { return decoder_.decode(ids); }

  SpecialInText default_policy() const override { return SpecialInText::kText; }

  std::string_view kind() const override {
    switch (vocabulary_.model().type) {
      case SentencepieceModel::Type::kBpe:
        return "sentencepiece-bpe";
      case SentencepieceModel::Type::kWord:
        return "sentencepiece-word";
      case SentencepieceModel::Type::kChar:
        return "sentencepiece-char";
      default:
        return "sentencepiece-unigram";
    }
  }

  std::string warning() const override { return engine_->warning(); }
  TokenizerParts parts() const override {
    const SentencepieceModel& model = vocabulary_.model();
    std::string normalizer =
        model.normalizer.precompiled_charsmap.empty() ? "none" : "the model's character map";
    if (model.normalizer.add_dummy_prefix) {
      normalizer += model.treat_whitespace_as_suffix ? ", space behind" : ", space in front";
    }
    if (model.normalizer.remove_extra_whitespaces) normalizer += ", extra spaces dropped";
    return {std::move(normalizer), "none", specials_.tokens()};
  }
  SpecialIds special_ids() const override { return vocabulary_.special_ids(); }
  std::size_t vocabulary_size() const override { return vocabulary_.size(); }
  std::string digest() const override { return digest_; }

  std::string token(TokenId id) const override {
    return id < vocabulary_.size() ? std::string(vocabulary_.piece(id).text) : std::string();
  }
  std::optional<TokenId> id_of(std::string_view token) const override {
    return vocabulary_.find(token);
  }

 private:
  SentencepieceVocabulary vocabulary_;
  SentencepieceDecoder decoder_;
  AddedTokenMatcher specials_;
  std::unique_ptr<SentencepieceEngine> engine_;
  std::string digest_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_sentencepiece_tokenizer(std::string_view model,
                                                        const std::string& file_name) {
  return std::make_unique<SentencepieceTokenizer>(model, file_name);
}

}  // namespace corpusmill
