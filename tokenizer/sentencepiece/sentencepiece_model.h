// A sentencepiece .model as data. The file is a protocol buffer, ModelProto of
// sentencepiece_model.proto (sentencepiece 0.2.3); fields that only the trainer reads are skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tokenizer/text/vocabulary.h"

namespace corpusmill {

// Every view points into the bytes that were parsed.
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
    std::string_view text;  // bytes; the space mark U+2581 stands for a space
    float score = 0;        // log probability (Unigram) or minus the merge's rank (BPE)
    PieceType type = PieceType::kNormal;
  };
  // NormalizerSpec, with the defaults of the proto.
  struct NormalizerSpec {
    std::string_view precompiled_charsmap;  // empty: characters stay as they are
    bool add_dummy_prefix = true;
    bool remove_extra_whitespaces = true;
    bool escape_whitespaces = true;
  };

  Type type = Type::kUnigram;
  std::vector<Piece> pieces;  // by id
  bool byte_fallback = false;
  bool treat_whitespace_as_suffix = false;
  std::string_view unk_piece = "<unk>", bos_piece = "<s>", eos_piece = "</s>", pad_piece = "<pad>";
  std::string_view unk_surface = " \xE2\x81\x87 ";  // what <unk> decodes to; default U+2047
  NormalizerSpec normalizer;
  std::optional<NormalizerSpec> denormalizer;  // applied to decoded text
};

// Nothing if `bytes` is not such a message, is cut short, has no pieces, an empty piece, a piece or
// model type without a meaning, or more than kTokenIdsMax pieces.
std::optional<SentencepieceModel> parse_sentencepiece_model(std::string_view bytes);

}  // namespace corpusmill
