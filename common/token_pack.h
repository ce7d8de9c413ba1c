// Ids into the bytes of a shard.
#pragma once

#include <span>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

// Writes each id to `out` in `width`, least byte first, and returns the largest; 0 for none. An id
// that the width cannot hold loses its upper half: the caller looks at the largest.
TokenId pack_ids(std::span<const TokenId> ids, TokenWidth width, char* out);

// The ways to do it that this processor has, the fastest first: that is pack_ids(). For tests.
using PackIds = TokenId(std::span<const TokenId> ids, TokenWidth width, char* out);
std::vector<PackIds*> pack_ids_variants();

}  // namespace corpusmill
