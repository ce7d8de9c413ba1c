#include "tokenizer/unit_cache.h"

#include <xxhash.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <new>

namespace corpusmill {
namespace {

constexpr std::size_t kHugePage = std::size_t{1} << 21;
constexpr std::size_t kLinesMin = std::size_t{1} << 9;
constexpr std::size_t kLinesMax = std::size_t{1} << 18;
constexpr std::size_t kUsedMax = kLinesMax / 2 * 3;  // of 2 * kLinesMax entries
// A unit is looked for in this many lines from its own; beyond, it is forgotten.
constexpr std::size_t kLinesLooked = 4;
constexpr std::size_t kIdsMax = std::size_t{1} << 20;

constexpr std::size_t kLongSlots = std::size_t{1} << 16;
constexpr std::size_t kLongUsedMax = kLongSlots / 2;
constexpr std::size_t kLongKeysMax = std::size_t{4} << 20;
constexpr std::size_t kLongIdsMax = std::size_t{1} << 20;

}  // namespace

void UnitCache::Free::operator()(Line* lines) const {
  std::free(lines);
}

UnitCache::UnitCache() {
  reset(kLinesMin);
}

void UnitCache::use_for(std::uint64_t owner) {
  if (owner_ == owner) return;
  if (owner_ != 0) {
    reset(kLinesMin);
    long_slots_.clear();
    long_keys_.clear();
    long_ids_.clear();
    long_used_ = 0;
  }
  owner_ = owner;
}

// Huge pages, asked for before the first touch: lines are met at random.
void UnitCache::reset(std::size_t lines) {
  const std::size_t bytes = lines * sizeof(Line);
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : sizeof(Line);
  void* const memory = std::aligned_alloc(alignment, bytes);
  if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__)
  if (bytes >= kHugePage) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  std::memset(memory, 0, bytes);
  lines_.reset(static_cast<Line*>(memory));
  line_mask_ = lines - 1;
  used_ = 0;
  ids_.clear();
}

const UnitCache::Entry* UnitCache::find_beyond(const UnitKey& key, std::size_t line) const {
  for (std::size_t step = 1; step < kLinesLooked; ++step) {
    // Lines fill from their first entry, and a unit goes beyond a full one only.
    if (lines_[(line + step - 1) & line_mask_].entries[1].high == 0) return nullptr;
    for (const Entry& entry : lines_[(line + step) & line_mask_].entries) {
      if (matches(entry, key)) return &entry;
    }
  }
  return nullptr;
}

UnitCache::Entry* UnitCache::free_entry(const UnitKey& key) {
  const std::size_t line = hash(key);
  if (used_ > kUsedMax) return nullptr;
  for (std::size_t step = 0; step < kLinesLooked; ++step) {
    for (Entry& entry : lines_[(line + step) & line_mask_].entries) {
      if (entry.high == 0) return &entry;
    }
  }
  return nullptr;
}

void UnitCache::insert(const UnitKey& key, std::span<const TokenId> ids) {
  if (used_ > line_mask_ && line_mask_ + 1 < kLinesMax) grow();
  if (ids.size() > kInlineIds && ids_.size() + ids.size() > kIdsMax) reset(line_mask_ + 1);
  Entry* entry = free_entry(key);
  if (entry != nullptr) {
    ++used_;
  } else {
    entry = &lines_[hash(key) & line_mask_].entries[1];
  }
  entry->low = key.low;
  entry->high = key.high;
  if (ids.size() <= kInlineIds) {
    std::copy(ids.begin(), ids.end(), entry->ids);
    entry->high |= static_cast<std::uint64_t>(ids.size()) << kCountShift;
  } else {
    entry->ids[0] = static_cast<TokenId>(ids_.size());
    entry->ids[1] = static_cast<TokenId>(ids.size());
    ids_.insert(ids_.end(), ids.begin(), ids.end());
  }
}

void UnitCache::grow() {
  const std::unique_ptr<Line[], Free> old = std::move(lines_);
  const std::size_t old_lines = line_mask_ + 1;
  std::vector<TokenId> ids = std::move(ids_);
  reset(old_lines * 4);
  ids_ = std::move(ids);
  for (std::size_t i = 0; i < old_lines; ++i) {
    for (const Entry& entry : old[i].entries) {
      if (entry.high == 0) continue;
      const UnitKey key{entry.low, entry.high << (64 - kCountShift) >> (64 - kCountShift)};
      if (Entry* const place = free_entry(key)) {
        *place = entry;
        ++used_;
      }
    }
  }
}

std::uint64_t UnitCache::hash_long(std::string_view unit) {
  return XXH3_64bits(unit.data(), unit.size());
}

std::span<const TokenId> UnitCache::find_long(std::string_view unit, bool part,
                                              std::uint64_t hash) const {
  if (long_slots_.empty()) return {};
  for (std::size_t at = hash & (kLongSlots - 1);; at = (at + 1) & (kLongSlots - 1)) {
    const LongSlot& slot = long_slots_[at];
    if (slot.key_bytes == 0) return {};
    if (slot.hash == hash && slot.part == part && slot.key_bytes == unit.size() &&
        std::memcmp(long_keys_.data() + slot.key_begin, unit.data(), unit.size()) == 0) {
      return {long_ids_.data() + slot.ids_begin, slot.id_count};
    }
  }
}

void UnitCache::insert_long(std::string_view unit, bool part, std::uint64_t hash,
                            std::span<const TokenId> ids) {
  if (long_slots_.empty() || long_used_ == kLongUsedMax ||
      long_keys_.size() + unit.size() > kLongKeysMax ||
      long_ids_.size() + ids.size() > kLongIdsMax) {
    long_slots_.assign(kLongSlots, LongSlot{});
    long_keys_.clear();
    long_ids_.clear();
    long_used_ = 0;
  }
  std::size_t at = hash & (kLongSlots - 1);
  while (long_slots_[at].key_bytes != 0) at = (at + 1) & (kLongSlots - 1);
  long_slots_[at] = {hash,
                     static_cast<std::uint32_t>(long_keys_.size()),
                     static_cast<std::uint32_t>(long_ids_.size()),
                     static_cast<std::uint16_t>(unit.size()),
                     static_cast<std::uint16_t>(ids.size()),
                     part};
  long_keys_.append(unit);
  long_ids_.insert(long_ids_.end(), ids.begin(), ids.end());
  ++long_used_;
}

}  // namespace corpusmill
