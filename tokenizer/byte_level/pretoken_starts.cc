#include "tokenizer/byte_level/pretoken_starts.h"

#include <vector>

namespace corpusmill {

PretokenStarts mark_pretoken_starts(std::span<const std::uint32_t> ends) {
  thread_local std::vector<std::uint64_t> words;
  words.assign(ends.back() / 64 + 3, 0);
  words[0] = 1;
  // A word is put together in a register: most have several bits.
  std::uint64_t bits = 1;
  std::uint32_t here = 0;
  for (const std::uint32_t end : ends) {
    bits = (end / 64 == here ? bits : 0) | std::uint64_t{1} << end % 64;
    here = end / 64;
    words[here] = bits;
  }
  return {words.data()};
}

}  // namespace corpusmill
