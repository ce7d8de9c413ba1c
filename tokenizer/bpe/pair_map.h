// A map from pairs of token ids to numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

using TokenPair = std::uint64_t;  // left << 32 | right: ordered as (left, right)

constexpr TokenPair token_pair(TokenId left, TokenId right) {
  return TokenPair{left} << 32 | right;
}
constexpr TokenId left_of(TokenPair pair) {
  return static_cast<TokenId>(pair >> 32);
}
constexpr TokenId right_of(TokenPair pair) {
  return static_cast<TokenId>(pair);
}

// Open addressing. Const calls are safe from several threads.
class PairMap {
 public:
  PairMap() : slots_(std::size_t{1} << 10) {}

  // The pair's number; a new pair has 0. Valid until the next call of it.
  std::uint64_t& operator[](TokenPair pair) {
    Slot* slot = &slots_[place_of(pair)];
    if (slot->pair != pair) {
      if ((size_ + 1) * 2 > slots_.size()) {
        grow();
        slot = &slots_[place_of(pair)];
      }
      ++size_;
      slot->pair = pair;
    }
    return slot->value;
  }
  const std::uint64_t* find(TokenPair pair) const {
    const Slot& slot = slots_[place_of(pair)];
    return slot.pair == pair ? &slot.value : nullptr;
  }
  std::size_t size() const { return size_; }

  // visit(pair, number), in no order that means anything.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.pair != kNone) visit(slot.pair, slot.value);
    }
  }

 private:
  static constexpr TokenPair kNone = ~TokenPair{0};
  struct Slot {
    TokenPair pair = kNone;
    std::uint64_t value = 0;
  };

  // Where the pair is, or the free slot where it belongs.
  std::size_t place_of(TokenPair pair) const {
    const std::size_t mask = slots_.size() - 1;
    std::uint64_t hash = (pair ^ pair >> 29) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 32;
    std::size_t i = hash & mask;
    while (slots_[i].pair != pair && slots_[i].pair != kNone) i = (i + 1) & mask;
    return i;
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.pair != kNone) slots_[place_of(slot.pair)] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace corpusmill
