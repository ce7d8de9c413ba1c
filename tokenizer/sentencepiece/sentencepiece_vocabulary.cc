#include "tokenizer/sentencepiece/sentencepiece_vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr std::size_t kPieceBytesMax = 7999;
constexpr std::string_view kNullPiece{"\0", 1};

SentencepieceModel parse_or_throw(std::string_view bytes, const std::string& file_name) {
  std::optional<SentencepieceModel> model = parse_sentencepiece_model(bytes);
  if (!model) {
    throw Error(
        ExitCode::kCorrupt,
        fmt::format("{}: neither a tokenizer.json nor a whole sentencepiece model", file_name));
  }
  return std::move(*model);
}

// The value of one of 0-9, A-F; 16 for anything else.
unsigned hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A') + 10;
  return 16;
}

// "<0x41>" -> 0x41; nothing for any other spelling.
std::optional<unsigned char> byte_of_spelling(std::string_view text) {
  if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return std::nullopt;
  const unsigned high = hex_digit(text[3]), low = hex_digit(text[4]);
  if (high > 15 || low > 15) return std::nullopt;
  return static_cast<unsigned char>(high * 16 + low);
}

[[noreturn]] void refuse(const std::string& file_name, TokenId id, std::string_view what) {
  throw Error(
      ExitCode::kCorrupt,
      fmt::format("{}: sentencepiece cannot use this model: piece {} {}", file_name, id, what));
}

}  // namespace

SentencepieceVocabulary::SentencepieceVocabulary(std::string_view bytes,
                                                 const std::string& file_name)
    : bytes_(bytes), model_(parse_or_throw(bytes_, file_name)) {
  in_text_.reserve(size(), bytes.size());
  // Converters leave a null character as a piece beside <0x00>; the library sets it aside.
  for (SentencepieceModel::Piece& piece : model_.pieces) {
    if (model_.byte_fallback && piece.text == kNullPiece) piece.type = PieceType::kUnused;
  }
  check_pieces(file_name);
}

void SentencepieceVocabulary::check_pieces(const std::string& file_name) {
  std::array<bool, 256> byte_found = {};
  for (TokenId id = 0; id < size(); ++id) {
    const SentencepieceModel::Piece& piece = model_.pieces[id];
    if (piece.text.size() > kPieceBytesMax) refuse(file_name, id, "is too long");
    if (piece.text == kNullPiece && piece.type == PieceType::kUnused) continue;
    if (piece.text.find('\0') != std::string_view::npos) {
      refuse(file_name, id, "holds a null character");
    }
    index_piece(id, file_name);
    if (piece.type == PieceType::kUnknown) {
      if (unknown_) refuse(file_name, id, "is a second unknown piece");
      unknown_ = id;
    }
    if (piece.type == PieceType::kByte) {
      const std::optional<unsigned char> byte = byte_of_spelling(piece.text);
      if (!model_.byte_fallback) refuse(file_name, id, "is a byte and byte_fallback is off");
      if (!byte) refuse(file_name, id, "is marked as a byte and spells none");
      byte_found[*byte] = true;
      byte_ids_[*byte] = id;
    }
  }
  const auto missing = std::find(byte_found.begin(), byte_found.end(), false);
  if (model_.byte_fallback ? missing != byte_found.end() : !unknown_) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("{}: sentencepiece cannot use this model: it has {}", file_name,
                            model_.byte_fallback ? "byte_fallback and not all 256 byte pieces"
                                                 : "no unknown piece"));
  }
}

void SentencepieceVocabulary::index_piece(TokenId id, const std::string& file_name) {
  const SentencepieceModel::Piece& piece = model_.pieces[id];
  const bool in_text = model_.type == SentencepieceModel::Type::kBpe ||
                       piece.type == PieceType::kNormal || piece.type == PieceType::kUserDefined ||
                       piece.type == PieceType::kUnused;
  if ((in_text ? in_text_ : reserved_).add(piece.text, id) != Vocabulary::Added::kYes) {
    refuse(file_name, id, "is spelled like an earlier one");
  }
}

std::optional<TokenId> SentencepieceVocabulary::find(std::string_view text) const {
  const std::optional<TokenId> id = reserved_.find(text);
  return id ? id : in_text_.find(text);
}

std::optional<TokenId> SentencepieceVocabulary::find_in_text(std::string_view text) const {
  return in_text_.find(text);
}

unsigned char SentencepieceVocabulary::byte_of(TokenId id) const {
  return byte_of_spelling(piece(id).text).value_or(0);
}

std::optional<TokenId> SentencepieceVocabulary::control_id(std::string_view name) const {
  const std::optional<TokenId> id = find(name);
  return id && piece(*id).type == PieceType::kControl ? id : std::nullopt;
}

SpecialIds SentencepieceVocabulary::special_ids() const {
  // A name that is missing is answered with the unknown piece by the library.
  const std::optional<TokenId> named = find(model_.unk_piece);
  const std::optional<TokenId> unk = named ? named : unknown_;
  const bool is_unknown = unk && piece(*unk).type == PieceType::kUnknown;
  return {.bos = control_id(model_.bos_piece),
          .eos = control_id(model_.eos_piece),
          .pad = control_id(model_.pad_piece),
          .unk = is_unknown ? unk : std::nullopt};
}

}  // namespace corpusmill
