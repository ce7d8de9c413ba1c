#include "tokenizer/bpe/unit_words.h"

namespace corpusmill {

void UnitWords::set(std::size_t number, std::span<const TokenId> ids) {
  words_[number] = id_words::word_of(ids);
  if (words_[number] != 0) return;
  words_[number] = std::uint64_t{ids.size()} << 32 | long_ids_.size();
  long_ids_.insert(long_ids_.end(), ids.begin(), ids.end());
}

TokenId* UnitWords::spell(std::size_t first, std::size_t last, TokenId* out) const {
  static const id_words::Spell spell_words = id_words::spellers().front();
  const std::span<const std::uint64_t> words(words_ + first, last - first);
  for (std::size_t done = 0;; ++done) {
    done += spell_words(words.subspan(done), out);
    if (done == words.size()) return out;
    const auto begin = static_cast<std::uint32_t>(words[done]);
    out = std::copy_n(long_ids_.data() + begin, words[done] >> 32, out);
  }
}

}  // namespace corpusmill
