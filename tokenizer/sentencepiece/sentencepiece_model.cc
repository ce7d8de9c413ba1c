#include "tokenizer/sentencepiece/sentencepiece_model.h"

#include <bit>
#include <limits>

namespace corpusmill {
namespace {

enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

// Walks the fields of one protocol buffer message.
class MessageReader {
 public:
  explicit MessageReader(std::string_view bytes) : bytes_(bytes) {}

  // Moves to the next field; false at the end or at damage.
  bool next() {
    if (at_ == bytes_.size() || !ok_) return false;
    const std::uint64_t tag = varint();
    field_ = tag >> 3;
    wire_type_ = static_cast<WireType>(tag & 7);
    value_ = 0;
    payload_ = {};
    switch (wire_type_) {
      case WireType::kVarint:
        value_ = varint();
        break;
      case WireType::kFixed64:
        take(8);
        break;
      case WireType::kBytes:
        take(varint());
        break;
      case WireType::kFixed32:
        take(4);
        break;
      default:
        ok_ = false;  // groups, which no release writes
    }
    if (field_ == 0 || tag > std::numeric_limits<std::uint32_t>::max()) ok_ = false;
    return ok_;
  }

  // A field of another wire type than the schema's is an unknown field, to be skipped.
  bool is(std::uint64_t field, WireType type) const {
    return field_ == field && wire_type_ == type;
  }

  void read(std::uint64_t field, std::string_view& text) const {
    if (is(field, WireType::kBytes)) text = payload_;
  }
  void read(std::uint64_t field, bool& flag) const {
    if (is(field, WireType::kVarint)) flag = value_ != 0;
  }
  void read(std::uint64_t field, float& number) const {
    if (!is(field, WireType::kFixed32)) return;
    std::uint32_t bits = 0;
    for (unsigned i = 0; i < 4; ++i) {
      bits |= static_cast<std::uint32_t>(static_cast<unsigned char>(payload_[i])) << (8 * i);
    }
    number = std::bit_cast<float>(bits);
  }
  // False if the value lies outside 1..last. (The library would take the default there.)
  template <typename Enum>
  bool read_enum(std::uint64_t field, Enum last, Enum& value) const {
    if (!is(field, WireType::kVarint)) return true;
    if (value_ < 1 || value_ > static_cast<std::uint64_t>(last)) return false;
    value = static_cast<Enum>(value_);
    return true;
  }

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
    if (!ok_ || count > bytes_.size() - at_) {
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
  WireType wire_type_ = WireType::kVarint;
  std::string_view payload_;
};

bool parse_piece(std::string_view bytes, SentencepieceModel::Piece& piece) {
  MessageReader reader(bytes);
  while (reader.next()) {
    reader.read(1, piece.text);
    reader.read(2, piece.score);
    if (!reader.read_enum(3, SentencepieceModel::PieceType::kByte, piece.type)) return false;
  }
  return reader.ok() && !piece.text.empty();
}

// An empty name stands for the default one.
void read_name(const MessageReader& reader, std::uint64_t field, std::string_view default_name,
               std::string_view& name) {
  reader.read(field, name);
  if (name.empty()) name = default_name;
}

bool parse_trainer_spec(std::string_view bytes, SentencepieceModel& model) {
  const SentencepieceModel defaults;
  MessageReader reader(bytes);
  while (reader.next()) {
    if (!reader.read_enum(3, SentencepieceModel::Type::kChar, model.type)) return false;
    reader.read(24, model.treat_whitespace_as_suffix);
    reader.read(35, model.byte_fallback);
    reader.read(44, model.unk_surface);
    read_name(reader, 45, defaults.unk_piece, model.unk_piece);
    read_name(reader, 46, defaults.bos_piece, model.bos_piece);
    read_name(reader, 47, defaults.eos_piece, model.eos_piece);
    read_name(reader, 48, defaults.pad_piece, model.pad_piece);
  }
  return reader.ok();
}

bool parse_normalizer_spec(std::string_view bytes, SentencepieceModel::NormalizerSpec& spec) {
  MessageReader reader(bytes);
  while (reader.next()) {
    reader.read(2, spec.precompiled_charsmap);
    reader.read(3, spec.add_dummy_prefix);
    reader.read(4, spec.remove_extra_whitespaces);
    reader.read(5, spec.escape_whitespaces);
  }
  return reader.ok();
}

}  // namespace

std::optional<SentencepieceModel> parse_sentencepiece_model(std::string_view bytes) {
  SentencepieceModel model;
  SentencepieceModel::NormalizerSpec denormalizer;
  MessageReader reader(bytes);
  // A message that occurs twice is merged, as protocol buffers have it.
  while (reader.next()) {
    bool ok = true;
    if (reader.is(1, WireType::kBytes)) {
      if (model.pieces.size() == kTokenIdsMax) return std::nullopt;
      ok = parse_piece(reader.payload(), model.pieces.emplace_back());
    } else if (reader.is(2, WireType::kBytes)) {
      ok = parse_trainer_spec(reader.payload(), model);
    } else if (reader.is(3, WireType::kBytes)) {
      ok = parse_normalizer_spec(reader.payload(), model.normalizer);
    } else if (reader.is(5, WireType::kBytes)) {
      ok = parse_normalizer_spec(reader.payload(), denormalizer);
    }
    if (!ok) return std::nullopt;
  }
  if (!reader.ok() || model.pieces.empty()) return std::nullopt;
  // The library denormalizes only where there is a map.
  if (!denormalizer.precompiled_charsmap.empty()) model.denormalizer = denormalizer;
  return model;
}

}  // namespace corpusmill
