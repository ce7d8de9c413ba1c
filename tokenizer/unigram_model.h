// The most probable segmentation under a Unigram model (Kudo 2018, "Subword Regularization"), to
// the last bit as sentencepiece 0.2.3 computes it.
//
// Scores are summed in float32 from the start of the text, character by character, the first of
// equal sums is kept, and sums beyond +-100,000 are rebased: where two segmentations are nearly
// equal, the ids depend on all of this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/byte_trie.h"
#include "tokenizer/sentencepiece_vocabulary.h"

namespace corpusmill {

// Const after construction, safe from any number of threads.
class UnigramModel {
 public:
  // `vocabulary` must outlive the model. Throws Error: kCorrupt for a score that is no number, as
  // the library; kMismatch for a model without normal pieces, or with scores beyond 1e30.
  UnigramModel(const SentencepieceVocabulary& vocabulary, const std::string& file_name);

  // Appends the ids of `normalized`, ended by a null character as std::string is.
  void encode(const std::string& normalized, std::vector<TokenId>& out) const;

 private:
  // The best way found so far to end at a position.
  struct Arrival {
    float score;
    std::uint32_t step;  // a node of the trie, or kUnknownStep + the bytes of an unknown character
  };
  struct Piece {
    TokenId id;
    std::uint32_t bytes;
  };
  class Search;

  float score_of(const SentencepieceModel::Piece& piece) const;

  const SentencepieceVocabulary& vocabulary_;
  ByteTrie trie_;              // of pieces that text can become, with their scores as bits
  std::vector<Piece> pieces_;  // by node
  float unknown_score_ = 0;
  std::size_t piece_bytes_max_ = 0;
};

}  // namespace corpusmill
