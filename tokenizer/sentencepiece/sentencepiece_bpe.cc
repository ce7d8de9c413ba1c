#include "tokenizer/sentencepiece/sentencepiece_bpe.h"

#include <utility>

namespace corpusmill {
namespace {

// Scratch that a long document made larger is given back.
constexpr std::size_t kScratchBytesKept = std::size_t{8} << 20;

}  // namespace

SentencepieceBpe::SentencepieceBpe(CharBpeSpec bpe, const SentencepieceVocabulary& vocabulary,
                                   const std::string& file_name)
    : model_(std::move(bpe), file_name) {
  const SentencepieceModel::NormalizerSpec& normalizer = vocabulary.model().normalizer;
  if (!normalizer.precompiled_charsmap.empty() || normalizer.remove_extra_whitespaces) {
    normalizer_.emplace(vocabulary, SentencepieceNormalizer::Marks::kSpelled, file_name);
  }
}

void SentencepieceBpe::encode(std::string_view text, std::vector<TokenId>& out) const {
  if (!normalizer_) return model_.encode(text, true, out);
  thread_local std::string normalized;
  normalizer_->normalize(text, normalized);
  model_.encode_marked(normalized, out);
  if (normalized.capacity() > kScratchBytesKept) std::string().swap(normalized);
}

}  // namespace corpusmill
