#include "tokenizer/sentencepiece/sentencepiece_words.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "tokenizer/sentencepiece/sentencepiece_engine.h"

namespace corpusmill {
namespace {

constexpr std::string_view kMark = "\xE2\x96\x81";

void write(const SentencepieceVocabulary& vocabulary, std::string_view text,
           SentencepieceIdWriter& writer) {
  const std::optional<TokenId> id = vocabulary.find_in_text(text);
  if (id && vocabulary.piece(*id).type != SentencepieceModel::PieceType::kUnused) {
    writer.piece(*id);
  } else {
    writer.unknown(text);
  }
}

}  // namespace

void encode_characters(const SentencepieceVocabulary& vocabulary,
                       const UserDefinedPieces& user_defined, std::string_view normalized,
                       std::vector<TokenId>& out) {
  SentencepieceIdWriter writer(vocabulary, out);
  for (std::size_t at = 0; at < normalized.size();) {
    std::size_t bytes = user_defined.longest_prefix(normalized.substr(at));
    if (bytes == 0) {
      bytes = std::min(sentencepiece_character_bytes(normalized[at]), normalized.size() - at);
    }
    write(vocabulary, normalized.substr(at, bytes), writer);
    at += bytes;
  }
}

void encode_words(const SentencepieceVocabulary& vocabulary, std::string_view normalized,
                  std::vector<TokenId>& out) {
  SentencepieceIdWriter writer(vocabulary, out);
  for (std::size_t at = 0; at < normalized.size();) {
    // A word ends before the next mark, behind the character that it begins with.
    std::size_t end = at;
    do {
      end += std::min(sentencepiece_character_bytes(normalized[end]), normalized.size() - end);
    } while (end < normalized.size() && !normalized.substr(end).starts_with(kMark));
    write(vocabulary, normalized.substr(at, end - at), writer);
    at = end;
  }
}

}  // namespace corpusmill
