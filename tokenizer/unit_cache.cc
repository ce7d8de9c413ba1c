#include "tokenizer/unit_cache.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace corpusmill {
namespace {

constexpr std::size_t kGrowth = 4;
constexpr std::size_t kLinesMin = std::size_t{1} << 10;
constexpr std::size_t kLinesMax = std::size_t{1} << 18;
constexpr std::size_t kUsedMax = kLinesMax / 2 * 3;  // of 2 * kLinesMax entries
// A unit is looked for in this many lines from its own; beyond, it is forgotten.
constexpr std::size_t kLinesLooked = 4;
constexpr std::size_t kIdsMax = std::size_t{1} << 20;

constexpr std::size_t kLongSlots = std::size_t{1} << 16;
constexpr std::size_t kLongUsedMax = kLongSlots / 2;
constexpr std::size_t kLongKeysMax = std::size_t{4} << 20;
constexpr std::size_t kLongIdsMax = std::size_t{1} << 20;

constexpr unsigned kLengthShift = 56, kPartBit = 60;

// What 16 bytes from the begin of a unit have of it, by its length.
constexpr auto kKeyMasks = [] {
  std::array<UnitKey, UnitCache::kShortBytesMax + 1> masks{};
  for (std::size_t i = 0; i < masks.size(); ++i) {
    masks[i].low = i >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << i * 8) - 1;
    masks[i].high = i <= 8 ? 0 : (std::uint64_t{1} << (i - 8) * 8) - 1;
  }
  return masks;
}();
// No entry's: its length is 0, and the flag makes it other than an empty entry.
constexpr UnitKey kLongKey{0, std::uint64_t{1} << kPartBit};

}  // namespace

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

void UnitCache::reset(std::size_t lines) {
  lines_ = HugeArray<Line>(lines);
  use_lines();
  ids_.clear();
}

void UnitCache::use_lines() {
  offset_shift_ = 64 - static_cast<unsigned>(std::countr_zero(lines_.size() * sizeof(Line)));
  used_ = 0;
}

template <bool kHasParts>
void UnitCache::prepare(std::string_view text, std::uint32_t begin,
                        std::span<const std::uint32_t> ends, Probe* probes) const {
  const char* const lines = reinterpret_cast<const char*>(lines_.data());
  const auto prepare_one = [&](const char* bytes, std::size_t size, bool part, Probe& probe) {
    UnitKey key;
    std::memcpy(&key, bytes, sizeof key);
    if (size <= kShortBytesMax) [[likely]] {
      key.low &= kKeyMasks[size].low;
      key.high = (key.high & kKeyMasks[size].high) | static_cast<std::uint64_t>(size)
                                                         << kLengthShift;
      if (kHasParts) key.high |= static_cast<std::uint64_t>(part) << kPartBit;
    } else {
      key = kLongKey;
    }
    probe = {key, offset_of(key)};
    __builtin_prefetch(lines + probe.offset);
  };
  // A key is loaded as 16 bytes; those near the text's end come from a copy that has them.
  const std::size_t tail_begin = text.size() - std::min(text.size(), sizeof(UnitKey));
  std::size_t at = begin, i = 0;
  for (; i < ends.size() && at < tail_begin; ++i) {
    const std::size_t end = kHasParts ? ends[i] & ~kPart : ends[i];
    prepare_one(text.data() + at, end - at, kHasParts && (ends[i] & kPart) != 0, probes[i]);
    at = end;
  }
  if (i == ends.size()) return;
  char tail[2 * sizeof(UnitKey)] = {};
  std::memcpy(tail, text.data() + tail_begin, text.size() - tail_begin);
  for (; i < ends.size(); ++i) {
    const std::size_t end = kHasParts ? ends[i] & ~kPart : ends[i];
    prepare_one(tail + (at - tail_begin), end - at, kHasParts && (ends[i] & kPart) != 0, probes[i]);
    at = end;
  }
}

template void UnitCache::prepare<false>(std::string_view, std::uint32_t,
                                        std::span<const std::uint32_t>, Probe*) const;
template void UnitCache::prepare<true>(std::string_view, std::uint32_t,
                                       std::span<const std::uint32_t>, Probe*) const;

std::span<const TokenId> UnitCache::find(const Probe& probe) const {
  for (std::size_t step = 0; step < kLinesLooked; ++step) {
    const Line& line = line_at(probe.offset, step);
    for (const Entry& entry : line.entries) {
      if (difference(entry, probe.key) != 0) continue;
      const std::size_t count = entry.high >> kCountShift;
      if (count != 0) return {entry.ids, count};
      return {ids_.data() + entry.ids[0], entry.ids[1]};
    }
    // Lines fill from their first entry, and a unit goes beyond a full one only.
    if (line.entries[1].high == 0) return {};
  }
  return {};
}

UnitCache::Entry* UnitCache::free_entry(std::size_t offset) {
  if (used_ >= kUsedMax) return nullptr;
  for (std::size_t step = 0; step < kLinesLooked; ++step) {
    for (Entry& entry : line_at(offset, step).entries) {
      if (entry.high == 0) return &entry;
    }
  }
  return nullptr;
}

void UnitCache::insert(const Probe& probe, std::span<const TokenId> ids) {
  if (ids.size() > kInlineIds && ids_.size() + ids.size() > kIdsMax) reset(lines_.size());
  Entry* entry = free_entry(probe.offset);
  if (entry != nullptr) {
    ++used_;
  } else {
    entry = &line_at(probe.offset, 0).entries[1];
  }
  entry->low = probe.key.low;
  entry->high = probe.key.high;
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
  if (lines_.size() == kLinesMax) return;
  HugeArray<Line> old(lines_.size() * kGrowth);
  std::swap(old, lines_);
  use_lines();
  for (const Line& line : old) {
    for (const Entry& entry : line.entries) {
      if (entry.high == 0) continue;
      const UnitKey key{entry.low, entry.high << (64 - kCountShift) >> (64 - kCountShift)};
      if (Entry* const place = free_entry(offset_of(key))) {
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
