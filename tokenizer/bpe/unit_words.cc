#include "tokenizer/bpe/unit_words.h"

namespace corpusmill {

void UnitWords::set(std::size_t number, std::span<const TokenId> ids) {
  words_[number] = id_words::word_of(layout_, ids);
  if (words_[number] != 0) return;
  grow_list(ids.size());
  std::copy(ids.begin(), ids.end(), list_.begin() + static_cast<std::ptrdiff_t>(list_size_));
  words_[number] = list_word(ids.size());
  list_size_ += ids.size();
}

void UnitWords::grow_list(std::size_t ids) {
  const std::size_t needed = list_size_ + ids + id_words::kSpareIds;
  if (needed > list_.size()) list_.resize(std::max(needed, 2 * list_.size()));
}

void UnitWords::grow_words() {
  const std::size_t needed = count_ + CharWords::kStep;
  if (needed > words_.size()) words_.resize(std::max(needed, 2 * words_.size()));
}

TokenId* UnitWords::spell(std::size_t first, std::size_t last, TokenId* out) const {
  using id_words::Layout;
  static const id_words::Spell three = id_words::spellers(Layout::kThreeIds).front();
  static const id_words::Spell four = id_words::spellers(Layout::kFourIds).front();
  const id_words::Spell spell_words = layout_ == Layout::kThreeIds ? three : four;
  return spell_words({words_.data() + first, last - first}, list_.data(), out);
}

}  // namespace corpusmill
