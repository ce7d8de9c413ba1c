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

// What is left of 16 bytes for a length, and the length.
struct KeyMask {
  std::uint64_t low, high, tag;
};
// The last one is that of longer units. Its key is no entry's: its length is 0, and its flag makes
// it other than an empty entry.
constexpr auto kKeyMasks = [] {
  std::array<KeyMask, UnitCache::kShortBytesMax + 2> masks{};
  for (std::uint64_t i = 0; i <= UnitCache::kShortBytesMax; ++i) {
    masks[i].low = i >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << i * 8) - 1;
    masks[i].high = i <= 8 ? 0 : (std::uint64_t{1} << (i - 8) * 8) - 1;
    masks[i].tag = i << kLengthShift;
  }
  masks.back().tag = std::uint64_t{1} << kPartBit;
  return masks;
}();

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
  lines_count_ = lines;
  line_mask_ = (lines - 1) * sizeof(Line);
  used_ = 0;
  ids_.clear();
}

void UnitCache::prepare(std::string_view text, std::uint32_t begin,
                        std::span<const std::uint32_t> ends, Probe* probes) const {
  // A key is loaded as 16 bytes; those near the text's end come from a copy that has them.
  char tail[2 * sizeof(UnitKey)] = {};
  const std::size_t tail_begin = text.size() - std::min(text.size(), sizeof(UnitKey));
  std::memcpy(tail, text.data() + tail_begin, text.size() - tail_begin);
  const char* const lines = reinterpret_cast<const char*>(lines_.get());
  std::size_t at = begin;
  for (const std::uint32_t end_and_flag : ends) {
    const std::size_t end = end_and_flag & ~kPart;
    const char* const bytes = at <= tail_begin ? text.data() + at : tail + (at - tail_begin);
    const KeyMask& mask = kKeyMasks[std::min(end - at, kShortBytesMax + 1)];
    UnitKey key;
    std::memcpy(&key, bytes, sizeof key);
    key.low &= mask.low;
    key.high = (key.high & mask.high) | mask.tag |
               static_cast<std::uint64_t>(end_and_flag >> 31) << kPartBit;
    *probes = {key, hash_of(key)};
    __builtin_prefetch(lines + (probes->hash & line_mask_));
    ++probes;
    at = end;
  }
}

bool UnitCache::append_found(const Probe& probe, std::vector<TokenId>& out) const {
  for (std::size_t step = 0; step < kLinesLooked; ++step) {
    const Line& line = line_at(probe.hash, step);
    for (const Entry& entry : line.entries) {
      if (difference(entry, probe.key) != 0) continue;
      const std::size_t count = entry.high >> kCountShift;
      const TokenId* const ids = count != 0 ? entry.ids : ids_.data() + entry.ids[0];
      out.insert(out.end(), ids, ids + (count != 0 ? count : entry.ids[1]));
      return true;
    }
    // Lines fill from their first entry, and a unit goes beyond a full one only.
    if (line.entries[1].high == 0) return false;
  }
  return false;
}

UnitCache::Entry* UnitCache::free_entry(std::size_t hash) {
  if (used_ >= kUsedMax) return nullptr;
  for (std::size_t step = 0; step < kLinesLooked; ++step) {
    for (Entry& entry : line_at(hash, step).entries) {
      if (entry.high == 0) return &entry;
    }
  }
  return nullptr;
}

void UnitCache::insert(const Probe& probe, std::span<const TokenId> ids) {
  if (used_ > lines_count_ && lines_count_ < kLinesMax) grow();
  if (ids.size() > kInlineIds && ids_.size() + ids.size() > kIdsMax) reset(lines_count_);
  Entry* entry = free_entry(probe.hash);
  if (entry != nullptr) {
    ++used_;
  } else {
    entry = &line_at(probe.hash, 0).entries[1];
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
  const std::unique_ptr<Line[], Free> old = std::move(lines_);
  const std::size_t old_count = lines_count_;
  std::vector<TokenId> ids = std::move(ids_);
  reset(old_count * kGrowth);
  ids_ = std::move(ids);
  for (std::size_t i = 0; i < old_count; ++i) {
    for (const Entry& entry : old[i].entries) {
      if (entry.high == 0) continue;
      const UnitKey key{entry.low, entry.high << (64 - kCountShift) >> (64 - kCountShift)};
      if (Entry* const place = free_entry(hash_of(key))) {
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
