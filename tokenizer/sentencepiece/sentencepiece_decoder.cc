#include "tokenizer/sentencepiece/sentencepiece_decoder.h"

#include <string_view>

#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::string_view kMark = "\xE2\x96\x81";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void append_with_spaces(std::string_view piece, std::string& text) {
  for (std::size_t at = 0; at < piece.size();) {
    const std::size_t mark = piece.find(kMark, at);
    text.append(piece, at, mark - at);
    if (mark == std::string_view::npos) return;
    text += ' ';
    at = mark + kMark.size();
  }
}

// The bytes that byte pieces gathered.
void flush(std::string& bytes, std::string& text) {
  for (std::size_t at = 0; at < bytes.size();) {
    const DecodedChar decoded = decode_utf8(bytes, at);
    if (decoded.bytes == 1 && decoded.code_point == 0xFFFD) {
      text += kReplacement;
    } else {
      text.append(bytes, at, decoded.bytes);
    }
    at += decoded.bytes;
  }
  bytes.clear();
}

}  // namespace

SentencepieceDecoder::SentencepieceDecoder(const SentencepieceVocabulary& vocabulary,
                                           const std::string& file_name)
    : vocabulary_(vocabulary) {
  const auto& spec = vocabulary.model().denormalizer;
  if (spec) denormalizer_.emplace(*spec, file_name);
}

std::string SentencepieceDecoder::decode(std::span<const TokenId> ids) const {
  using PieceType = SentencepieceModel::PieceType;
  const SentencepieceModel& model = vocabulary_.model();
  const bool removes_spaces = model.normalizer.remove_extra_whitespaces;
  const bool strips = model.normalizer.add_dummy_prefix || removes_spaces;
  std::string text, bytes;
  bool at_start = true;  // a mark here was put there, or would have been removed
  for (const TokenId id : ids) {
    if (id >= vocabulary_.size()) continue;
    const SentencepieceModel::Piece& piece = vocabulary_.piece(id);
    if (piece.type == PieceType::kByte) {
      bytes += static_cast<char>(vocabulary_.byte_of(id));
      continue;
    }
    flush(bytes, text);
    if (!text.empty()) at_start = false;
    if (piece.type == PieceType::kControl) continue;
    std::string_view spelling = piece.text;
    const bool stripped = at_start && strips && spelling.starts_with(kMark);
    if (stripped) spelling.remove_prefix(kMark.size());
    if (piece.type == PieceType::kUnknown) {
      text += model.unk_surface;
    } else {
      append_with_spaces(spelling, text);
    }
    if ((stripped && !removes_spaces) || !text.empty()) at_start = false;
  }
  flush(bytes, text);
  if (!denormalizer_) return text;
  std::string denormalized;
  denormalizer_->normalize(text, denormalized);
  return denormalized;
}

}  // namespace corpusmill
