#include "tokenizer/unit_words.h"

namespace corpusmill {

void UnitWords::set(std::size_t number, std::span<const TokenId> ids) {
  words_[number] = id_words::word_of(ids);
  if (words_[number] != 0) return;
  words_[number] = std::uint64_t{ids.size()} << 32 | long_ids_.size();
  long_ids_.insert(long_ids_.end(), ids.begin(), ids.end());
}

void UnitWords::spell(std::size_t first, std::size_t last, std::vector<TokenId>& out) const {
  static const id_words::Spell spell_words = id_words::spellers().front();
  constexpr std::size_t kRoom = id_words::kIdsMax * kUnitsMax;
  TokenId ids[kRoom + id_words::kSpareIds];
  TokenId* end = ids;
  const std::span<const std::uint64_t> words(words_ + first, last - first);
  const auto flush = [&] {
    out.insert(out.end(), ids, end);
    end = ids;
  };
  for (std::size_t done = 0;;) {
    done += spell_words(words.subspan(done), end);
    if (done == words.size()) break;
    const auto long_ids = long_ids_.begin() + static_cast<std::uint32_t>(words[done]);
    const std::size_t count = words[done] >> 32;
    ++done;
    // What is still to come has room behind it.
    if (count >
        static_cast<std::size_t>(ids + kRoom - end) - id_words::kIdsMax * (words.size() - done)) {
      flush();
      out.insert(out.end(), long_ids, long_ids + static_cast<std::ptrdiff_t>(count));
    } else {
      end = std::copy_n(long_ids, count, end);
    }
  }
  flush();
}

}  // namespace corpusmill
