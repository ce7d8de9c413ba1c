// Token ids and the special ones among them.
#pragma once

#include <cstdint>
#include <optional>

namespace corpusmill {

using TokenId = std::uint32_t;

// Bytes per id in a shard: the enumerator's value.
enum class TokenWidth : std::uint8_t { kUint16 = 2, kUint32 = 4 };

// uint16 when every id below `vocabulary_size` (added tokens included) is below 65,536.
constexpr TokenWidth width_for_vocabulary(std::uint64_t vocabulary_size) {
  return vocabulary_size <= 65'536 ? TokenWidth::kUint16 : TokenWidth::kUint32;
}

struct SpecialIds {
  std::optional<TokenId> bos, eos, pad, unk;
  bool operator==(const SpecialIds&) const = default;
};

}  // namespace corpusmill
