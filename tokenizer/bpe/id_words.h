// Up to three ids in one word: what a short unit becomes, small enough for a table by character,
// and rows of such words spelled out many at a time. More ids stand in a list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/token_id.h"

namespace corpusmill::id_words {

// The first id in the lowest 21 bits, the second and the third above it, and bit 63. A word of
// fewer ids has kNobody in their stead. A word without bit 63 says where in the list its ids begin,
// and above bit 32 how many they are.
constexpr unsigned kIdBits = 21;
constexpr TokenId kNobody = (TokenId{1} << kIdBits) - 1;  // ids are below
constexpr std::size_t kIdsMax = 3;
constexpr std::uint64_t kTag = std::uint64_t{1} << 63;

// Bit 63, and kNobody for all ids from `count` on.
constexpr std::uint64_t frame_of(std::size_t count) {
  return count >= kIdsMax ? kTag : ~std::uint64_t{0} << count * kIdBits;
}

constexpr std::uint64_t list_word_of(std::size_t begin, std::size_t count) {
  return std::uint64_t{count} << 32 | begin;
}

// How many ids the word has in the list.
constexpr std::size_t listed_ids(std::uint64_t word) {
  return (word & kTag) == 0 ? word >> 32 : 0;
}

// 0 if there are more than three, or one is kNobody or above.
constexpr std::uint64_t word_of(std::span<const TokenId> ids) {
  if (ids.size() > kIdsMax) return 0;
  std::uint64_t word = frame_of(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= kNobody) return 0;
    word |= std::uint64_t{ids[i]} << i * kIdBits;
  }
  return word;
}

// Writes the ids of the words, one behind the other, from `out` on; returns where they end. Up to
// kSpareIds behind those of any word may be read and written too.
constexpr std::size_t kSpareIds = 16;
using Spell = TokenId* (*)(std::span<const std::uint64_t> words, const TokenId* list, TokenId* out);

// The ways to do it that this processor has, the fastest first.
std::span<const Spell> spellers();

}  // namespace corpusmill::id_words
