// The most probable segmentation under a Unigram model (Kudo 2018, "Subword Regularization"), to
// the last bit as sentencepiece 0.2.3 computes it.
//
// Scores are summed in float32 from the start of the text, character by character, the first of
// equal sums is kept, and sums beyond +-100,000 are rebased: where two segmentations are nearly
// equal, the ids depend on all of this.
//
// Text is cut where no piece can lie across (CharCuts). What a unit between cuts becomes is
// remembered with how sure that is (unigram_units.h); where the sum before it leaves a doubt, the
// unit is searched from that sum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/char_cuts.h"
#include "tokenizer/sentencepiece/sentencepiece_vocabulary.h"
#include "tokenizer/sentencepiece/unigram_table.h"

namespace corpusmill {

// Const after construction, safe from any number of threads.
class UnigramModel {
 public:
  // `vocabulary` must outlive the model. Throws Error: kCorrupt for a score that is no number or
  // no piece that text can become, as the library; kMismatch for a model without normal pieces,
  // with scores beyond 1e30, or too large.
  UnigramModel(const SentencepieceVocabulary& vocabulary, const std::string& file_name);

  // Appends the ids of `normalized`: UTF-8 below 2 GiB, with marks as spaces if the model escapes
  // white space (SentencepieceNormalizer::Marks::kAsSpaces).
  void encode(const std::string& normalized, std::vector<TokenId>& out) const;

 private:
  const SentencepieceVocabulary& vocabulary_;
  UnigramTable table_;
  CharCuts cuts_;
  std::uint64_t instance_;  // no other model of this process has it
};

}  // namespace corpusmill
