// A row of few symbols on its way through the merges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "common/token_id.h"

namespace corpusmill {

struct ShortRow {
  static constexpr std::size_t kSymbolsMax = 32;

  alignas(64) TokenId symbols[kSymbolsMax];
  std::uint32_t count = 0;

  std::span<const TokenId> view() const { return {symbols, count}; }
};

}  // namespace corpusmill
