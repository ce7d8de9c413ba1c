// Text <-> token ids as the trainer needs it. Only corpusmill-train's main binds it to tokenizer/;
// without a tokenizer library the trainer works on ids.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

class TextCodec {
 public:
  virtual ~TextCodec() = default;
  // Ids of `text`, no BOS or EOS added. Safe from any number of threads.
  virtual std::vector<TokenId> encode_text(std::string_view text) const = 0;
  // UTF-8 of `ids`; a sequence cut inside a character ends in U+FFFD.
  virtual std::string decode(std::span<const TokenId> ids) const = 0;
  virtual SpecialIds special_ids() const = 0;
  // 1 + the largest id, added tokens included.
  virtual std::size_t vocabulary_size() const = 0;
  // Digest of what the ids depend on, as written in manifests.
  virtual std::string digest() const = 0;
};

}  // namespace corpusmill
