// The sentencepiece models that need no search: of type char, one piece a character, and of type
// word, one piece from mark to mark. As sentencepiece 0.2.3 splits.
#pragma once

#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/sentencepiece/sentencepiece_vocabulary.h"
#include "tokenizer/sentencepiece/user_defined_pieces.h"

namespace corpusmill {

// Append the ids of normalized text. `user_defined` are the pieces of `vocabulary`.
void encode_characters(const SentencepieceVocabulary& vocabulary,
                       const UserDefinedPieces& user_defined, std::string_view normalized,
                       std::vector<TokenId>& out);
void encode_words(const SentencepieceVocabulary& vocabulary, std::string_view normalized,
                  std::vector<TokenId>& out);

}  // namespace corpusmill
