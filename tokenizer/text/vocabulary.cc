#include "tokenizer/text/vocabulary.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace corpusmill {
namespace {

std::uint64_t hash_of(std::string_view spelling) {
  return XXH3_64bits(spelling.data(), spelling.size());
}

std::uint64_t head_of(std::string_view spelling) {
  std::uint64_t head = 0;
  if (spelling.size() >= sizeof head) {
    std::memcpy(&head, spelling.data(), sizeof head);
  } else {
    for (std::size_t i = spelling.size(); i > 0; --i) {
      head = head << 8 | static_cast<std::uint8_t>(spelling[i - 1]);
    }
  }
  return head;
}

}  // namespace

void Vocabulary::reserve(std::size_t tokens, std::size_t bytes) {
  arena_.reserve(bytes);
  entries_.reserve(tokens);
  if (tokens * 2 > slots_.size()) resize_slots(std::bit_ceil(tokens * 2));
}

Vocabulary::Added Vocabulary::add(std::string_view spelling, TokenId id) {
  if (has(id)) return Added::kIdTaken;
  if (tokens_ * 2 >= slots_.size()) resize_slots(slots_.empty() ? 16 : slots_.size() * 2);
  const std::uint64_t hash = hash_of(spelling);
  Slot& slot = slots_[slot_of(spelling, hash)];
  if (slot.id != kNoToken) return Added::kSpellingTaken;
  slot = {static_cast<std::uint32_t>(hash >> 32), id};
  if (id >= entries_.size()) entries_.resize(id + std::size_t{1});
  entries_[id] = {static_cast<std::uint32_t>(arena_.size()),
                  static_cast<std::uint32_t>(spelling.size()), head_of(spelling)};
  arena_ += spelling;
  ++tokens_;
  return Added::kYes;
}

void Vocabulary::prefetch(std::string_view spelling) const {
  if (!slots_.empty()) __builtin_prefetch(&slots_[hash_of(spelling) & (slots_.size() - 1)]);
}

std::optional<TokenId> Vocabulary::find(std::string_view spelling) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[slot_of(spelling, hash_of(spelling))];
  return slot.id == kNoToken ? std::nullopt : std::optional<TokenId>(slot.id);
}

void Vocabulary::find(std::span<const std::string_view> spellings, std::span<TokenId> ids) const {
  constexpr std::size_t kBatch = 32;
  std::uint64_t hashes[kBatch];
  std::ranges::fill(ids, kNoToken);
  if (slots_.empty()) return;
  for (std::size_t begin = 0; begin < spellings.size(); begin += kBatch) {
    const std::size_t count = std::min(kBatch, spellings.size() - begin);
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = hash_of(spellings[begin + i]);
      __builtin_prefetch(&slots_[hashes[i] & (slots_.size() - 1)]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const Slot& slot = slots_[hashes[i] & (slots_.size() - 1)];
      if (slot.id != kNoToken) __builtin_prefetch(&entries_[slot.id]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      ids[begin + i] = slots_[slot_of(spellings[begin + i], hashes[i])].id;
    }
  }
}

// Equal heads and sizes are equal spellings up to eight bytes.
bool Vocabulary::is_spelled(TokenId id, std::string_view spelled, std::uint64_t head) const {
  const Entry& entry = entries_[id];
  if (entry.head != head || entry.bytes != spelled.size()) return false;
  return spelled.size() <= sizeof head || spelling(id) == spelled;
}

std::size_t Vocabulary::slot_of(std::string_view spelled, std::uint64_t hash) const {
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  const std::uint64_t head = head_of(spelled);
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].id != kNoToken &&
         (slots_[at].tag != tag || !is_spelled(slots_[at].id, spelled, head))) {
    at = (at + 1) & (slots_.size() - 1);
  }
  return at;
}

void Vocabulary::resize_slots(std::size_t slots) {
  slots_.assign(slots, Slot{});
  for (std::size_t id = 0; id < entries_.size(); ++id) {
    if (entries_[id].bytes == kNone) continue;
    const std::uint64_t hash = hash_of(spelling(static_cast<TokenId>(id)));
    std::size_t at = hash & (slots - 1);
    while (slots_[at].id != kNoToken) at = (at + 1) & (slots - 1);
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32), static_cast<TokenId>(id)};
  }
}

}  // namespace corpusmill
