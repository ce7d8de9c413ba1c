#include "tokenizer/bpe/long_unit_table.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace corpusmill {
namespace {

constexpr std::size_t words_of(std::size_t bytes) {
  return (bytes + sizeof(std::uint32_t) - 1) / sizeof(std::uint32_t);
}

}  // namespace

void LongUnitTable::clear() {
  std::fill(slots_.begin(), slots_.end(), Slot{});
  units_.clear();
  used_ = 0;
}

std::uint64_t LongUnitTable::hash_of(std::string_view unit) {
  return XXH3_64bits(unit.data(), unit.size());
}

void LongUnitTable::ask_for_slot(std::uint64_t hash) const {
  if (slots_.size() > 0) __builtin_prefetch(&slots_[hash % kSlots]);
}

void LongUnitTable::ask_for_unit(std::uint64_t hash) const {
  if (slots_.size() == 0) return;
  const char* const unit =
      reinterpret_cast<const char*>(units_.data() + slots_[hash % kSlots].begin);
  __builtin_prefetch(unit);
  __builtin_prefetch(unit + 64);
}

std::span<const TokenId> LongUnitTable::find(std::string_view unit, bool part,
                                             std::uint64_t hash) const {
  if (slots_.size() == 0) return {};
  for (std::size_t at = hash % kSlots;; at = (at + 1) % kSlots) {
    const Slot& slot = slots_[at];
    if (slot.key_bytes == 0) return {};
    if (slot.hash != hash >> 32 || slot.part != part || slot.key_bytes != unit.size()) continue;
    const std::uint32_t* const known = units_.data() + slot.begin;
    if (std::memcmp(known, unit.data(), unit.size()) == 0) {
      return {known + words_of(unit.size()), slot.id_count};
    }
  }
}

void LongUnitTable::insert(std::string_view unit, bool part, std::uint64_t hash,
                           std::span<const TokenId> ids) {
  if (slots_.size() == 0) slots_ = HugeArray<Slot>(kSlots);
  const std::size_t begin = units_.size(), words = words_of(unit.size());
  if (used_ == kUsedMax || begin + words + ids.size() > kWordsMax) {
    clear();
    return insert(unit, part, hash, ids);
  }
  units_.resize(begin + words);
  std::memcpy(units_.data() + begin, unit.data(), unit.size());
  units_.insert(units_.end(), ids.begin(), ids.end());
  std::size_t at = hash % kSlots;
  while (slots_[at].key_bytes != 0) at = (at + 1) % kSlots;
  slots_[at] = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(begin),
                static_cast<std::uint32_t>(ids.size()), static_cast<std::uint16_t>(unit.size()),
                part};
  ++used_;
}

}  // namespace corpusmill
