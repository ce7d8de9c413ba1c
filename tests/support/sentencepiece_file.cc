#include "tests/support/sentencepiece_file.h"

#include <bit>

namespace corpusmill {
namespace {

std::string normalizer_message(const SentencepieceModel::NormalizerSpec& spec) {
  return ProtoMessage()
      .bytes(2, spec.precompiled_charsmap)
      .number(3, spec.add_dummy_prefix ? 1 : 0)
      .number(4, spec.remove_extra_whitespaces ? 1 : 0)
      .number(5, spec.escape_whitespaces ? 1 : 0)
      .serialized();
}

}  // namespace

void ProtoMessage::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) serialized_ += static_cast<char>(value | 0x80);
  serialized_ += static_cast<char>(value);
}

ProtoMessage& ProtoMessage::bytes(std::uint32_t field, std::string_view value) {
  varint(field << 3 | 2);
  varint(value.size());
  serialized_ += value;
  return *this;
}

ProtoMessage& ProtoMessage::number(std::uint32_t field, std::uint64_t value) {
  varint(field << 3);
  varint(value);
  return *this;
}

ProtoMessage& ProtoMessage::fixed32(std::uint32_t field, float value) {
  varint(field << 3 | 5);
  const auto bits = std::bit_cast<std::uint32_t>(value);
  for (unsigned i = 0; i < 4; ++i) serialized_ += static_cast<char>(bits >> (8 * i));
  return *this;
}

std::string sentencepiece_file(const SentencepieceModel& model) {
  ProtoMessage file;
  for (const SentencepieceModel::Piece& piece : model.pieces) {
    file.bytes(1, ProtoMessage()
                      .bytes(1, piece.text)
                      .fixed32(2, piece.score)
                      .number(3, static_cast<std::uint64_t>(piece.type))
                      .serialized());
  }
  file.bytes(2, ProtoMessage()
                    .number(3, static_cast<std::uint64_t>(model.type))
                    .number(24, model.treat_whitespace_as_suffix ? 1 : 0)
                    .number(35, model.byte_fallback ? 1 : 0)
                    .bytes(44, model.unk_surface)
                    .bytes(45, model.unk_piece)
                    .bytes(46, model.bos_piece)
                    .bytes(47, model.eos_piece)
                    .bytes(48, model.pad_piece)
                    .serialized());
  file.bytes(3, normalizer_message(model.normalizer));
  if (model.denormalizer) file.bytes(5, normalizer_message(*model.denormalizer));
  return file.serialized();
}

}  // namespace corpusmill
