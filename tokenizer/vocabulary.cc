#include "tokenizer/vocabulary.h"

#include <xxhash.h>

#include <bit>

namespace corpusmill {
namespace {

std::uint64_t hash_of(std::string_view spelling) {
  return XXH3_64bits(spelling.data(), spelling.size());
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
  if (slot.id != kNone) return Added::kSpellingTaken;
  slot = {static_cast<std::uint32_t>(hash >> 32), id};
  if (id >= entries_.size()) entries_.resize(id + std::size_t{1});
  entries_[id] = {static_cast<std::uint32_t>(arena_.size()),
                  static_cast<std::uint32_t>(spelling.size())};
  arena_ += spelling;
  ++tokens_;
  return Added::kYes;
}

std::optional<TokenId> Vocabulary::find(std::string_view spelling) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[slot_of(spelling, hash_of(spelling))];
  return slot.id == kNone ? std::nullopt : std::optional<TokenId>(slot.id);
}

std::size_t Vocabulary::slot_of(std::string_view spelled, std::uint64_t hash) const {
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].id != kNone && (slots_[at].tag != tag || spelling(slots_[at].id) != spelled)) {
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
    while (slots_[at].id != kNone) at = (at + 1) & (slots - 1);
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32), static_cast<TokenId>(id)};
  }
}

}  // namespace corpusmill
