// The parts of a sentencepiece .model that the library's public interface does not tell. The file
// is a protocol buffer, ModelProto of sentencepiece_model.proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace corpusmill {

struct SentencepieceModel {
  enum class Type : std::uint8_t { kUnigram = 1, kBpe = 2, kWord = 3, kChar = 4 };
  enum class PieceType : std::uint8_t {
    kNormal = 1,
    kUnknown = 2,
    kControl = 3,
    kUserDefined = 4,
    kUnused = 5,
    kByte = 6,
  };
  struct Piece {
    std::string_view text;
    PieceType type = PieceType::kNormal;
  };
  Type type = Type::kUnigram;
  std::vector<Piece> pieces;  // by id; views into the bytes parsed
};

// Nothing if `bytes` is not such a message, is cut short, or has no pieces.
std::optional<SentencepieceModel> parse_sentencepiece_model(std::string_view bytes);

}  // namespace corpusmill
