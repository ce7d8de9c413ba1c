#include "tokenizer/sentencepiece_tokenizer.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "common/digest.h"
#include "common/error.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/sentencepiece_decoder.h"
#include "tokenizer/sentencepiece_model.h"
#include "tokenizer/sentencepiece_vocabulary.h"

#ifdef CORPUSMILL_SENTENCEPIECE
#include <sentencepiece_processor.h>
#endif

namespace corpusmill {

#ifdef CORPUSMILL_SENTENCEPIECE
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

void require_ok(const sentencepiece::util::Status& status) {
  if (!status.ok()) {
    throw Error(ExitCode::kInternal, fmt::format("sentencepiece: {}", status.ToString()));
  }
}

class SentencepieceTokenizer final : public Tokenizer {
 public:
  SentencepieceTokenizer(std::string_view bytes, const std::string& file_name)
      : vocabulary_(bytes, file_name),
        decoder_(vocabulary_, file_name),
        specials_(special_pieces(vocabulary_)),
        digest_(digest_of(bytes).hex()) {
    const auto status = processor_.LoadFromSerializedProto(bytes);
    if (!status.ok()) {
      throw Error(ExitCode::kCorrupt, fmt::format("{}: sentencepiece refuses the model: {}",
                                                  file_name, status.ToString()));
    }
  }

  EncodeReport encode(std::string_view text, SpecialInText policy,
                      std::vector<TokenId>& out) const override {
    thread_local std::vector<TextSection> sections;
    EncodeReport report;
    report.specials = specials_.split(text, policy == SpecialInText::kText, sections);
    if (policy == SpecialInText::kReject && report.specials > 0) {
      report.refused = true;
      return report;
    }
    thread_local std::vector<int> ids;
    for (const TextSection& section : sections) {
      if (section.token != nullptr) {
        out.push_back(section.token->id);
        continue;
      }
      ids.clear();
      require_ok(processor_.Encode(section.text, &ids));
      out.insert(out.end(), ids.begin(), ids.end());
    }
    return report;
  }

  std::string decode(std::span<const TokenId> ids) const override { return decoder_.decode(ids); }

  SpecialInText default_policy() const override { return SpecialInText::kText; }

  std::string_view kind() const override {
    return vocabulary_.model().type == SentencepieceModel::Type::kBpe ? "sentencepiece-bpe"
                                                                      : "sentencepiece-unigram";
  }

  std::string warning() const override {
    if (vocabulary_.model().type == SentencepieceModel::Type::kBpe) return {};
    return fmt::format(
        "Unigram ids are those of the linked sentencepiece {}; other releases, 0.2.3 among them, "
        "differ on some lines",
        CORPUSMILL_SENTENCEPIECE_VERSION);
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
  sentencepiece::SentencePieceProcessor processor_;
  SentencepieceVocabulary vocabulary_;
  SentencepieceDecoder decoder_;
  AddedTokenMatcher specials_;
  std::string digest_;
};

}  // namespace
#endif

std::unique_ptr<Tokenizer> make_sentencepiece_tokenizer(std::string_view model,
                                                        const std::string& file_name) {
  const std::optional<SentencepieceModel> parsed = parse_sentencepiece_model(model);
  if (!parsed) {
    throw Error(
        ExitCode::kCorrupt,
        fmt::format("{}: neither a tokenizer.json nor a whole sentencepiece model", file_name));
  }
  if (parsed->type != SentencepieceModel::Type::kBpe &&
      parsed->type != SentencepieceModel::Type::kUnigram) {
    throw Error(
        ExitCode::kMismatch,
        fmt::format("{}: sentencepiece models of type word or char are not supported", file_name));
  }
#ifdef CORPUSMILL_SENTENCEPIECE
  return std::make_unique<SentencepieceTokenizer>(model, file_name);
#else
  throw Error(
      ExitCode::kMismatch,
      fmt::format("{}: a sentencepiece model, and this build has no sentencepiece", file_name));
#endif
}

}  // namespace corpusmill
