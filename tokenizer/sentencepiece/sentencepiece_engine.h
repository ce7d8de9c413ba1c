// Text to ids under one type of sentencepiece model. Knows neither control pieces in text nor
// files.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/sentencepiece/sentencepiece_vocabulary.h"

namespace corpusmill {

// U+2581, which stands for a space in pieces.
inline constexpr std::string_view kSentencepieceMark = "\xE2\x96\x81";

// By the four high bits of a first byte, as the library steps from character to character; a
// continuation byte counts as one.
inline std::size_t sentencepiece_character_bytes(char first) {
  const unsigned high = static_cast<unsigned char>(first) >> 4;
  return high < 12 ? 1 : high < 14 ? 2 : high - 11;
}

class SentencepieceEngine {
 public:
  virtual ~SentencepieceEngine() = default;
  // Appends the ids of `text`, which is normalized first: what the library's Encode gives for it.
  // Safe from any number of threads.
  virtual void encode(std::string_view text, std::vector<TokenId>& out) const = 0;
  // What the user should know before relying on the ids, one line; empty if nothing.
  virtual std::string warning() const { return {}; }
};

// The engine for the vocabulary's model type. `vocabulary` must outlive it; `bytes` is the file
// that it was read from. A BPE model that could not be proven exact goes through the linked
// library, with a warning. Throws Error: kCorrupt if the model is damaged, kMismatch if it cannot
// be encoded exactly, or would need the library and this build has none.
std::unique_ptr<SentencepieceEngine> make_sentencepiece_engine(
    const SentencepieceVocabulary& vocabulary, std::string_view bytes,
    const std::string& file_name);

// Writes pieces as ids the way the library does: what is unknown becomes its bytes with byte
// fallback, else one <unk> for all that stand in a row.
class SentencepieceIdWriter {
 public:
  SentencepieceIdWriter(const SentencepieceVocabulary& vocabulary, std::vector<TokenId>& out)
      : vocabulary_(vocabulary), out_(out) {}

  void piece(TokenId id) {
    out_.push_back(id);
    after_unknown_ = false;
  }
  void unknown(std::string_view text) {
    if (vocabulary_.model().byte_fallback) {
      for (const char byte : text) {
        out_.push_back(vocabulary_.byte_ids()[static_cast<unsigned char>(byte)]);
      }
    } else if (!after_unknown_) {
      out_.push_back(*vocabulary_.unknown());
    }
    after_unknown_ = true;
  }

 private:
  const SentencepieceVocabulary& vocabulary_;
  std::vector<TokenId>& out_;
  bool after_unknown_ = false;
};

}  // namespace corpusmill
