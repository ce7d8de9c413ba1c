#include "tokenizer/sentencepiece/sentencepiece_engine.h"

#include <fmt/format.h>

#include <utility>

#include "common/error.h"
#include "tokenizer/sentencepiece/char_bpe_from_sentencepiece.h"
#include "tokenizer/sentencepiece/sentencepiece_bpe.h"
#include "tokenizer/sentencepiece/sentencepiece_normalizer.h"
#include "tokenizer/sentencepiece/sentencepiece_words.h"
#include "tokenizer/sentencepiece/unigram_model.h"
#include "tokenizer/sentencepiece/user_defined_pieces.h"

#ifdef CORPUSMILL_SENTENCEPIECE
#include <sentencepiece_processor.h>
#endif

namespace corpusmill {
namespace {

// Scratch that a long document made larger is given back.
constexpr std::size_t kScratchBytesKept = std::size_t{8} << 20;

// Models that work on normalized text.
class NormalizingEngine : public SentencepieceEngine {
 public:
  NormalizingEngine(const SentencepieceVocabulary& vocabulary, const std::string& file_name,
                    SentencepieceNormalizer::Marks marks)
      : normalizer_(vocabulary, marks, file_name) {}

  void encode(std::string_view text, std::vector<TokenId>& out) const final {
    thread_local std::string normalized;
    normalizer_.normalize(text, normalized);
    encode_normalized(normalized, out);
    if (normalized.capacity() > kScratchBytesKept) std::string().swap(normalized);
  }

 protected:
  const SentencepieceNormalizer& normalizer() const { return normalizer_; }

 private:
  virtual void encode_normalized(const std::string& text, std::vector<TokenId>& out) const = 0;

  SentencepieceNormalizer normalizer_;
};

class UnigramEngine final : public NormalizingEngine {
 public:
  UnigramEngine(const SentencepieceVocabulary& vocabulary, const std::string& file_name)
      : NormalizingEngine(vocabulary, file_name, SentencepieceNormalizer::Marks::kAsSpaces),
        model_(vocabulary, file_name) {
    if (!normalizer().writes_utf8()) {
      throw Error(ExitCode::kMismatch,
                  fmt::format("{}: a Unigram model with a user-defined piece or a replacement in "
                              "its character map that is not UTF-8 is not supported: its ids "
                              "could not be proven equal to sentencepiece's",
                              file_name));
    }
  }

 private:
  void encode_normalized(const std::string& text, std::vector<TokenId>& out) const override {
    model_.encode(text, out);
  }

  UnigramModel model_;
};

class WordEngine final : public NormalizingEngine {
 public:
  WordEngine(const SentencepieceVocabulary& vocabulary, const std::string& file_name)
      : NormalizingEngine(vocabulary, file_name, SentencepieceNormalizer::Marks::kSpelled),
        vocabulary_(vocabulary) {}

 private:
  void encode_normalized(const std::string& text, std::vector<TokenId>& out) const override {
    encode_words(vocabulary_, text, out);
  }

  const SentencepieceVocabulary& vocabulary_;
};

class CharacterEngine final : public NormalizingEngine {
 public:
  CharacterEngine(const SentencepieceVocabulary& vocabulary, const std::string& file_name)
      : NormalizingEngine(vocabulary, file_name, SentencepieceNormalizer::Marks::kSpelled),
        vocabulary_(vocabulary),
        user_defined_(vocabulary, file_name) {}

 private:
  void encode_normalized(const std::string& text, std::vector<TokenId>& out) const override {
    encode_characters(vocabulary_, user_defined_, text, out);
  }

  const SentencepieceVocabulary& vocabulary_;
  UserDefinedPieces user_defined_;
};

class BpeEngine final : public SentencepieceEngine {
 public:
  BpeEngine(CharBpeSpec bpe, const SentencepieceVocabulary& vocabulary,
            const std::string& file_name)
      : bpe_(std::move(bpe), vocabulary, file_name) {}

  void encode(std::string_view text, std::vector<TokenId>& out) const override {
    bpe_.encode(text, out);
  }

 private:
  SentencepieceBpe bpe_;
};

#ifdef CORPUSMILL_SENTENCEPIECE
// The linked library, for a BPE model that is `unproven` for the reason given.
class LibraryEngine final : public SentencepieceEngine {
 public:
  LibraryEngine(std::string_view bytes, const std::string& file_name, const std::string& unproven)
      : warning_(fmt::format("{}: {}; its ids are those of the linked sentencepiece {}", file_name,
                             unproven, CORPUSMILL_SENTENCEPIECE_VERSION)) {
    const auto status = processor_.LoadFromSerializedProto(bytes);
    if (!status.ok()) {
      throw Error(ExitCode::kCorrupt, fmt::format("{}: sentencepiece refuses the model: {}",
                                                  file_name, status.ToString()));
    }
  }

  void encode(std::string_view text, std::vector<TokenId>& out) const override {
    thread_local std::vector<int> ids;
    ids.clear();
    const auto status = processor_.Encode(text, &ids);
    if (!status.ok()) {
      throw Error(ExitCode::kInternal, fmt::format("sentencepiece: {}", status.ToString()));
    }
    out.insert(out.end(), ids.begin(), ids.end());
  }

  std::string warning() const override { return warning_; }

 private:
  sentencepiece::SentencePieceProcessor processor_;
  std::string warning_;
};
#endif

}  // namespace

std::unique_ptr<SentencepieceEngine> make_sentencepiece_engine(
    const SentencepieceVocabulary& vocabulary, [[maybe_unused]] std::string_view bytes,
    const std::string& file_name) {
  switch (vocabulary.model().type) {
    case SentencepieceModel::Type::kUnigram:
      return std::make_unique<UnigramEngine>(vocabulary, file_name);
    case SentencepieceModel::Type::kWord:
      return std::make_unique<WordEngine>(vocabulary, file_name);
    case SentencepieceModel::Type::kChar:
      return std::make_unique<CharacterEngine>(vocabulary, file_name);
    case SentencepieceModel::Type::kBpe:
      break;
  }
  CharBpeFromSentencepiece bpe = read_char_bpe(vocabulary);
  if (bpe.unproven.empty()) {
    return std::make_unique<BpeEngine>(std::move(bpe.spec), vocabulary, file_name);
  }
#ifdef CORPUSMILL_SENTENCEPIECE
  return std::make_unique<LibraryEngine>(bytes, file_name, bpe.unproven);
#else
  throw Error(ExitCode::kMismatch,
              fmt::format("{}: {}; its ids could not be proven equal to the library's, and this "
                          "build has no sentencepiece",
                          file_name, bpe.unproven));
#endif
}

}  // namespace corpusmill
