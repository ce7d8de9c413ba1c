// The tokens of a vocabulary: the spelling of an id, the id of a spelling. Flat: one arena of
// bytes, one entry of 16 bytes per id, one open-addressing table of 8 bytes per slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

// Ids end below this, so that a damaged file cannot ask for gigabytes.
inline constexpr TokenId kTokenIdsMax = TokenId{1} << 22;

// Spellings are any bytes, the empty string among them. Ids may have gaps. Reading is safe from any
// number of threads while nothing is added.
class Vocabulary {
 public:
  enum class Added : std::uint8_t { kYes, kIdTaken, kSpellingTaken };

  // Room for so many tokens and bytes of spellings, so that adding them moves nothing.
  void reserve(std::size_t tokens, std::size_t bytes);
  // `id` is below kTokenIdsMax; all spellings together stay below 4 GiB. Nothing changes unless the
  // answer is kYes.
  Added add(std::string_view spelling, TokenId id);
  // Has the processor fetch what an add() or find() of this spelling will read.
  void prefetch(std::string_view spelling) const;

  std::size_t size() const { return entries_.size(); }  // 1 + the largest id
  std::size_t tokens() const { return tokens_; }        // ids that have a spelling
  bool has(TokenId id) const { return id < entries_.size() && entries_[id].bytes != kNone; }
  // Empty for an id that has none. Valid until the next add().
  std::string_view spelling(TokenId id) const {
    return has(id) ? std::string_view(arena_).substr(entries_[id].begin, entries_[id].bytes)
                   : std::string_view();
  }
  std::optional<TokenId> find(std::string_view spelling) const;
  // The same for many at once, which hides the waiting for memory: ids[i] is that of spellings[i],
  // kNoToken where there is none.
  void find(std::span<const std::string_view> spellings, std::span<TokenId> ids) const;
  static constexpr TokenId kNoToken = ~TokenId{0};

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct Entry {
    std::uint32_t begin = 0;      // in the arena
    std::uint32_t bytes = kNone;  // kNone: no such id
    std::uint64_t head = 0;       // the first eight bytes, zeros behind a shorter spelling
  };
  struct Slot {
    std::uint32_t tag = 0;        // the upper half of the spelling's hash
    std::uint32_t id = kNoToken;  // kNoToken: empty
  };

  // The slot that holds the spelling, or the empty one where it belongs.
  std::size_t slot_of(std::string_view spelling, std::uint64_t hash) const;
  void resize_slots(std::size_t slots);
  bool is_spelled(TokenId id, std::string_view spelling, std::uint64_t head) const;

  std::string arena_;
  std::vector<Entry> entries_;  // by id
  std::vector<Slot> slots_;     // a power of two, at most half full
  std::size_t tokens_ = 0;
};

}  // namespace corpusmill
