// Where the ids of texts end that are encoded as one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "common/token_id.h"
#include "tokenizer/id_frame.h"

namespace corpusmill {

// The texts that a window is made of, if it is of several, and where their ids end.
struct TextEnds {
  static constexpr std::size_t kFrameIds = 2;

  std::span<const std::uint32_t> ends;
  IdFrame frame;
  std::span<std::size_t> ids_ends;

  // Whether one ends here or before.
  bool has_end(std::uint32_t at) const { return !ends.empty() && ends.front() <= at; }
  // Writes what goes before the ids of the first.
  TokenId* begin(TokenId* out) const {
    if (frame.before && !ends.empty()) *out++ = *frame.before;
    return out;
  }
  // The ids of the first are complete and end at `out`: writes what stands between them and those
  // of the next. `before` ids of the texts stand elsewhere, before those that begin at `ids`.
  TokenId* end(TokenId* out, const TokenId* ids, std::size_t before) {
    if (frame.after) *out++ = *frame.after;
    ids_ends.front() = before + static_cast<std::size_t>(out - ids);
    ends = ends.subspan(1);
    ids_ends = ids_ends.subspan(1);
    return begin(out);
  }
};

}  // namespace corpusmill
