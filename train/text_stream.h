// Text out of ids that come one by one, never cut inside a character.
#pragma once

#include <string>
#include <vector>

#include "common/text_codec.h"

namespace corpusmill {

class TextStream {
 public:
  // `codec` outlives this. The text before the stream is `prompt`'s; it is not given out again.
  TextStream(const TextCodec& codec, std::vector<TokenId> prompt);

  // The text that `id` completes, whole characters only; "" while one is still open.
  std::string push(TokenId id);
  // What is still held back, an open character as U+FFFD.
  std::string finish();

 private:
  // Some codecs decode an id by what is before it (a leading space), so text is what `context_`
  // with the pending ids adds to `context_` alone.
  std::string pending_text() const;

  const TextCodec& codec_;
  std::vector<TokenId> context_, pending_;
};

}  // namespace corpusmill
