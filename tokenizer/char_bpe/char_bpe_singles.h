// Text in which most units are one character that is not ASCII, such as Chinese: their ids come
// straight from the alphabet, without a cache.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/char_bpe/char_bpe_alphabet.h"
#include "tokenizer/char_bpe/char_bpe_cutter.h"
#include "tokenizer/char_bpe/char_bpe_spec.h"

namespace corpusmill {

// Const after construction, safe from any number of threads.
class CharBpeSingles {
 public:
  // `alphabet` and `cutter` must outlive this.
  CharBpeSingles(const CharBpeSpec& spec, const CharBpeAlphabet& alphabet,
                 const CharBpeCutter& cutter);

  // From the unit that begins at `begin` appends the ids of units of one character, up to a unit of
  // several, a stretch of ASCII, or the last bytes of the text, and tells where that begins. Of a
  // unit of several it tells the end too, which otherwise is 0.
  struct Stop {
    std::size_t begin, end;
  };
  Stop encode(std::string_view text, std::size_t begin, std::vector<TokenId>& out) const;

 private:
  std::size_t unit_end(std::string_view text, std::size_t begin) const;

  const CharBpeAlphabet& alphabet_;
  const CharBpeCutter& cutter_;
  std::array<TokenId, 256> byte_ids_;  // all `unknown` where there are no bytes
  bool has_byte_ids_;
};

}  // namespace corpusmill
