// Text to ids under a sentencepiece model of type BPE.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/char_bpe/char_bpe_model.h"
#include "tokenizer/char_bpe/char_bpe_spec.h"
#include "tokenizer/sentencepiece/sentencepiece_normalizer.h"
#include "tokenizer/sentencepiece/sentencepiece_vocabulary.h"

namespace corpusmill {

// Const after construction, safe from any number of threads.
class SentencepieceBpe {
 public:
  // `bpe` is what read_char_bpe made of `vocabulary`, and proven. Throws Error kCorrupt if the
  // normalizer is damaged.
  SentencepieceBpe(CharBpeSpec bpe, const SentencepieceVocabulary& vocabulary,
                   const std::string& file_name);

  // Appends the ids of `text`, which is UTF-8: what the library's Encode gives for it.
  void encode(std::string_view text, std::vector<TokenId>& out) const;

 private:
  CharBpeModel model_;
  std::optional<SentencepieceNormalizer> normalizer_;  // where it changes more than spaces
};

}  // namespace corpusmill
