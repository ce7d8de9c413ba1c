// Few ids in one word: what a short unit becomes, small enough for a table by character, and rows
// of such words spelled out many at a time. More ids stand in a list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/token_id.h"

namespace corpusmill::id_words {

// How many ids have room in a word, and how many bits each has. The first id has the lowest bits; a
// word of fewer ids has nobody() in their stead.
//
// Three ids: bit 63 is set. A word without it says where in the list its ids begin, and above bit
// 32 how many they are.
// Four ids: a word whose first id is nobody() says above it, in 32 bits, where in the list its ids
// begin, and above bit 48 how many they are.
enum class Layout : std::uint8_t { kThreeIds, kFourIds };

constexpr unsigned id_bits(Layout layout) {
  return layout == Layout::kFourIds ? 16 : 21;
}
constexpr std::size_t ids_max(Layout layout) {
  return layout == Layout::kFourIds ? 4 : 3;
}
// All ids are below.
constexpr TokenId nobody(Layout layout) {
  return (TokenId{1} << id_bits(layout)) - 1;
}
constexpr TokenId kNobodyMax = nobody(Layout::kThreeIds);
// The one with room for the most ids, where all are below `ids_end`, which is at most kNobodyMax.
constexpr Layout layout_for(std::size_t ids_end) {
  return ids_end <= nobody(Layout::kFourIds) ? Layout::kFourIds : Layout::kThreeIds;
}

// A word's bits beside those of its first `count` ids; 0 < count <= ids_max().
constexpr std::uint64_t frame_of(Layout layout, std::size_t count) {
  const std::uint64_t others =
      count < ids_max(layout) ? ~std::uint64_t{0} << count * id_bits(layout) : 0;
  return layout == Layout::kThreeIds ? others | std::uint64_t{1} << 63 : others;
}

// The word of ids in the list: fewer than 2^16 if it is of four ids.
constexpr std::uint64_t list_word_of(Layout layout, std::uint32_t begin, std::size_t count) {
  return layout == Layout::kThreeIds
             ? std::uint64_t{count} << 32 | begin
             : std::uint64_t{count} << 48 | std::uint64_t{begin} << 16 | nobody(layout);
}
struct Listed {
  std::uint32_t begin;
  std::size_t count;
};
constexpr Listed listed(Layout layout, std::uint64_t word) {
  return layout == Layout::kThreeIds ? Listed{static_cast<std::uint32_t>(word), word >> 32}
                                     : Listed{static_cast<std::uint32_t>(word >> 16), word >> 48};
}
constexpr bool is_listed(Layout layout, std::uint64_t word) {
  return layout == Layout::kThreeIds ? word >> 63 == 0 : (word & nobody(layout)) == nobody(layout);
}

// 0 if there are more than have room, none, one of nobody() or above, or only ids 0 that make it 0.
constexpr std::uint64_t word_of(Layout layout, std::span<const TokenId> ids) {
  if (ids.empty() || ids.size() > ids_max(layout)) return 0;
  std::uint64_t word = frame_of(layout, ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= nobody(layout)) return 0;
    word |= std::uint64_t{ids[i]} << i * id_bits(layout);
  }
  return word;
}

// Writes the ids of the words, one behind the other, from `out` on; returns where they end. Up to
// kSpareIds behind those of any word may be read and written too.
constexpr std::size_t kSpareIds = 32;
using Spell = TokenId* (*)(std::span<const std::uint64_t> words, const TokenId* list, TokenId* out);

// The ways to do it that this processor has, the fastest first.
std::span<const Spell> spellers(Layout layout);

}  // namespace corpusmill::id_words
