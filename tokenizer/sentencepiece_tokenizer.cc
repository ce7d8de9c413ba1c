#include "tokenizer/sentencepiece_tokenizer.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "common/digest.h"
#include "common/error.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/sentencepiece_model.h"

#ifdef CORPUSMILL_SENTENCEPIECE
#include <sentencepiece_processor.h>
#endif

namespace corpusmill {

#ifdef CORPUSMILL_SENTENCEPIECE
namespace {

using PieceType = SentencepieceModel::PieceType;

// Control and unknown pieces, which the library never finds in text.
std::vector<AddedToken> special_pieces(const SentencepieceModel& model) {
  std::vector<AddedToken> tokens;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    const SentencepieceModel::Piece& piece = model.pieces[id];
    if (piece.type != PieceType::kControl && piece.type != PieceType::kUnknown) continue;
    if (piece.text.empty()) continue;
    tokens.push_back(
        {.id = static_cast<TokenId>(id), .content = std::string(piece.text), .special = true});
  }
  return tokens;
}

std::optional<TokenId> known_id(int id) {
  return id < 0 ? std::nullopt : std::optional<TokenId>(static_cast<TokenId>(id));
}

void require_ok(const sentencepiece::util::Status& status) {
  if (!status.ok()) {
    throw Error(ExitCode::kInternal, fmt::format("sentencepiece: {}", status.ToString()));
  }
}

class SentencepieceTokenizer final : public Tokenizer {
 public:
  SentencepieceTokenizer(const SentencepieceModel& model, std::string_view bytes,
                         const std::string& file_name)
      : type_(model.type), specials_(special_pieces(model)), digest_(digest_of(bytes).hex()) {
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

  std::string decode(std::span<const TokenId> ids) const override {
    std::vector<int> known;
    known.reserve(ids.size());
    for (const TokenId id : ids) {
      if (id < vocabulary_size()) known.push_back(static_cast<int>(id));
    }
    std::string text;
    require_ok(processor_.Decode(known, &text));
    return text;
  }

  SpecialInText default_policy() const override { return SpecialInText::kText; }

  std::string_view kind() const override {
    return type_ == SentencepieceModel::Type::kBpe ? "sentencepiece-bpe" : "sentencepiece-unigram";
  }

  std::string warning() const override {
    if (type_ == SentencepieceModel::Type::kBpe) return {};
    return fmt::format(
        "Unigram ids are those of the linked sentencepiece {}; other releases, 0.2.3 among them, "
        "differ on some lines",
        CORPUSMILL_SENTENCEPIECE_VERSION);
  }

  SpecialIds special_ids() const override {
    return {.bos = known_id(processor_.bos_id()),
            .eos = known_id(processor_.eos_id()),
            .pad = known_id(processor_.pad_id()),
            .unk = known_id(processor_.unk_id())};
  }

  std::size_t vocabulary_size() const override {
    return static_cast<std::size_t>(processor_.GetPieceSize());
  }
  std::string digest() const override { return digest_; }

  std::string token(TokenId id) const override {
    return id < vocabulary_size() ? processor_.IdToPiece(static_cast<int>(id)) : std::string();
  }

  std::optional<TokenId> id_of(std::string_view token) const override {
    const int id = processor_.PieceToId(token);
    if (id < 0 || processor_.IdToPiece(id) != token) return std::nullopt;
    return static_cast<TokenId>(id);
  }

 private:
  sentencepiece::SentencePieceProcessor processor_;
  SentencepieceModel::Type type_;
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
  return std::make_unique<SentencepieceTokenizer>(*parsed, model, file_name);
#else
  throw Error(
      ExitCode::kMismatch,
      fmt::format("{}: a sentencepiece model, and this build has no sentencepiece", file_name));
#endif
}

}  // namespace corpusmill
