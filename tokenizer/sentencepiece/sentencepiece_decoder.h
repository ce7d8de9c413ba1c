// Ids of a sentencepiece model, of any type, back to text: as sentencepiece 0.2.3 decodes them.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "common/token_id.h"
#include "tokenizer/sentencepiece/sentencepiece_normalizer.h"
#include "tokenizer/sentencepiece/sentencepiece_vocabulary.h"

namespace corpusmill {

// Control pieces vanish; <unk> becomes the model's surface for it; a run of byte pieces becomes the
// text that it spells, one U+FFFD for each byte that is not UTF-8; marks become spaces, but for the
// one (with remove_extra_whitespaces: all) at the start. A mark that treat_whitespace_as_suffix put
// at the end stays, as a space. The denormalizer, if there is one, is applied last.
// Const and safe from any number of threads.
class SentencepieceDecoder {
 public:
  // `vocabulary` must outlive the decoder. Throws Error kCorrupt if the denormalizer is damaged.
  SentencepieceDecoder(const SentencepieceVocabulary& vocabulary, const std::string& file_name);

  // Ids that are none of the model's vanish. (The library refuses the whole list.)
  std::string decode(std::span<const TokenId> ids) const;

 private:
  const SentencepieceVocabulary& vocabulary_;
  std::optional<SentencepieceNormalizer> denormalizer_;
};

}  // namespace corpusmill
