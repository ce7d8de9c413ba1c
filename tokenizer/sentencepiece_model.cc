#include "tokenizer/sentencepiece_model.h"

#include <cstddef>

namespace corpusmill {
namespace {

// Walks the fields of one protocol buffer message.
class MessageReader {
 public:
  explicit MessageReader(std::string_view bytes) : bytes_(bytes) {}

  // Moves to the next field; false at the end or at damage.
  bool next() {
    if (at_ == bytes_.size() || !ok_) return false;
    const std::uint64_t tag = varint();
    field_ = tag >> 3;
    value_ = 0;
    payload_ = {};
    switch (tag & 7) {
      case 0:
        value_ = varint();
        break;
      case 1:
        take(8);
        break;
      case 2:
        take(varint());
        break;
      case 5:
        take(4);
        break;
      default:
        ok_ = false;
    }
    if (field_ == 0) ok_ = false;
    return ok_;
  }

  std::uint64_t field() const { return field_; }
  std::uint64_t value() const { return value_; }
  std::string_view payload() const { return payload_; }
  bool ok() const { return ok_; }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == bytes_.size()) break;
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }

  void take(std::uint64_t count) {
    if (count > bytes_.size() - at_) {
      ok_ = false;
      return;
    }
    payload_ = bytes_.substr(at_, static_cast<std::size_t>(count));
    at_ += static_cast<std::size_t>(count);
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
  std::uint64_t field_ = 0, value_ = 0;
  std::string_view payload_;
};

bool parse_piece(std::string_view bytes, SentencepieceModel::Piece& piece) {
  MessageReader reader(bytes);
  while (reader.next()) {
    if (reader.field() == 1) piece.text = reader.payload();
    if (reader.field() == 3) {
      if (reader.value() < 1 || reader.value() > 6) return false;
      piece.type = static_cast<SentencepieceModel::PieceType>(reader.value());
    }
  }
  return reader.ok();
}

bool parse_trainer_spec(std::string_view bytes, SentencepieceModel::Type& type) {
  MessageReader reader(bytes);
  while (reader.next()) {
    if (reader.field() != 3) continue;
    if (reader.value() < 1 || reader.value() > 4) return false;
    type = static_cast<SentencepieceModel::Type>(reader.value());
  }
  return reader.ok();
}

}  // namespace

std::optional<SentencepieceModel> parse_sentencepiece_model(std::string_view bytes) {
  SentencepieceModel model;
  MessageReader reader(bytes);
  while (reader.next()) {
    if (reader.field() == 1) {
      if (!parse_piece(reader.payload(), model.pieces.emplace_back())) return std::nullopt;
    } else if (reader.field() == 2) {
      if (!parse_trainer_spec(reader.payload(), model.type)) return std::nullopt;
    }
  }
  if (!reader.ok() || model.pieces.empty()) return std::nullopt;
  return model;
}

}  // namespace corpusmill
