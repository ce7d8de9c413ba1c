// The BPE that a sentencepiece .model holds, as sentencepiece 0.2.3 applies it.
#pragma once

#include <string>

#include "tokenizer/char_bpe/char_bpe_spec.h"
#include "tokenizer/sentencepiece/sentencepiece_vocabulary.h"

namespace corpusmill {

struct CharBpeFromSentencepiece {
  CharBpeSpec spec;
  // Why the ids of this model could not be proven equal to the library's; empty: they are, and
  // `spec` holds them.
  std::string unproven;
};

// sentencepiece keeps no list of merges: two neighbours merge when a piece is spelled like both
// together, pieces of higher score first. So every way to cut a piece into two symbols is a merge.
//
// The rules are those for raw text. They hold where the model's normalizer changes nothing but
// spaces: no charsmap, white space kept. Otherwise text goes through the normalizer first, which
// puts the mark beside it too.
CharBpeFromSentencepiece read_char_bpe(const SentencepieceVocabulary& vocabulary);

}  // namespace corpusmill
