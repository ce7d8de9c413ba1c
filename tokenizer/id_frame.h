// What stands around the ids of a text in a corpus.
#pragma once

#include <optional>

#include "common/token_id.h"

namespace corpusmill {

struct IdFrame {
  std::optional<TokenId> before, after;  // BOS, EOS
};

}  // namespace corpusmill
