// What a Unigram model knows of its pieces, laid out for the search: a trie with their scores.
//
// Normalized text is UTF-8, and the search goes from character to character: a piece that begins or
// ends within one can never be on a path, and is left out.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/sentencepiece/sentencepiece_engine.h"
#include "tokenizer/sentencepiece/sentencepiece_vocabulary.h"
#include "tokenizer/text/byte_trie.h"

namespace corpusmill {

struct UnigramTable {
  static constexpr float kNoScore = -std::numeric_limits<float>::infinity();
  // A step of the search is a node of the trie, or this + the bytes of an unknown character.
  static constexpr std::uint32_t kUnknownStep = std::uint32_t{1} << 31;

  struct Piece {
    TokenId id;
    std::uint32_t bytes;
  };

  // Throws Error as UnigramModel does.
  UnigramTable(const SentencepieceVocabulary& vocabulary, const std::string& file_name);

  // The texts in the trie, as it has them.
  static std::vector<std::string> texts_of(const SentencepieceVocabulary& vocabulary,
                                           std::vector<TokenId>& ids);

  // kNoScore where no piece ends.
  float score(std::uint32_t node) const { return std::bit_cast<float>(trie.value(node)); }
  void write_unknown(std::string_view character, SentencepieceIdWriter& writer) const {
    writer.unknown(marks_as_spaces && character == " " ? kSentencepieceMark : character);
  }
  std::size_t step_bytes(std::uint32_t step) const {
    return (step & kUnknownStep) != 0 ? step - kUnknownStep : pieces[step].bytes;
  }

  // Calls arrive(bytes, score, step) for every piece that text[at..] begins with, shortest first,
  // and for an unknown character if none is exactly its first character. `text` ends with a null
  // character at its size, `end` is a place that no piece lies across. Returns the bytes of the
  // character.
  template <class Arrive>
  std::size_t steps_from(const std::string& text, std::size_t at, std::size_t end,
                         const Arrive& arrive) const;

  bool marks_as_spaces;       // in text and in the trie: SentencepieceNormalizer::Marks::kAsSpaces
  ByteTrie trie;              // of pieces that are UTF-8
  std::vector<Piece> pieces;  // by node
  std::vector<float> scores;  // by id
  float unknown_score = 0;
  std::size_t piece_bytes_max = 0;
};

template <class Arrive>
std::size_t UnigramTable::steps_from(const std::string& text, std::size_t at, std::size_t end,
                                     const Arrive& arrive) const {
  const std::size_t character = std::min(sentencepiece_character_bytes(text[at]), end - at);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data()) + at;
  bool single = false;
  std::uint32_t node = ByteTrie::kRoot;
  // No piece holds a null character: the one behind the text ends the walk.
  for (std::size_t i = 0;;) {
    node = trie.child(node, bytes[i]);
    if (node == ByteTrie::kNone) break;
    ++i;
    const float piece = score(node);
    if (piece == kNoScore) continue;
    single = single || i == character;
    arrive(i, piece, node);
  }
  if (!single) {
    arrive(character, unknown_score, kUnknownStep | static_cast<std::uint32_t>(character));
  }
  return character;
}

}  // namespace corpusmill
