// The pieces of a sentencepiece .model: checked as sentencepiece 0.2.3 checks them when it loads a
// model, and found by their spelling.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/sentencepiece/sentencepiece_model.h"
#include "tokenizer/text/vocabulary.h"

namespace corpusmill {

// Owns a copy of the file. Const after construction, safe from any number of threads.
class SentencepieceVocabulary {
 public:
  using PieceType = SentencepieceModel::PieceType;

  // `bytes` is the content of a .model file. Throws Error kCorrupt where the library refuses the
  // pieces (an empty or very long one, two alike, no <unk>, byte pieces that do not fit
  // byte_fallback, …); the message says which.
  SentencepieceVocabulary(std::string_view bytes, const std::string& file_name);
  SentencepieceVocabulary(const SentencepieceVocabulary&) = delete;
  SentencepieceVocabulary& operator=(const SentencepieceVocabulary&) = delete;

  // Its views live as long as this object.
  const SentencepieceModel& model() const { return model_; }
  std::size_t size() const { return model_.pieces.size(); }
  const SentencepieceModel::Piece& piece(TokenId id) const { return model_.pieces[id]; }

  // The piece spelled exactly so. Other models than BPE tell pieces that text can become (normal,
  // user-defined, unused) from the rest: of two alike it is the latter that is found.
  std::optional<TokenId> find(std::string_view text) const;
  // The same among pieces that text can become.
  std::optional<TokenId> find_in_text(std::string_view text) const;

  // The piece of type UNKNOWN; a model with byte fallback may have none.
  std::optional<TokenId> unknown() const { return unknown_; }
  // Only with byte fallback: the ids of the pieces <0x00> to <0xFF>.
  const std::array<TokenId, 256>& byte_ids() const { return byte_ids_; }
  // The byte that a piece of type BYTE stands for.
  unsigned char byte_of(TokenId id) const;
  SpecialIds special_ids() const;

 private:
  void check_pieces(const std::string& file_name);
  void index_piece(TokenId id, const std::string& file_name);
  std::optional<TokenId> control_id(std::string_view name) const;

  std::string bytes_;
  SentencepieceModel model_;
  Vocabulary in_text_;   // pieces that text can become; of a BPE model all
  Vocabulary reserved_;  // the rest
  std::optional<TokenId> unknown_;
  std::array<TokenId, 256> byte_ids_ = {};
};

}  // namespace corpusmill
