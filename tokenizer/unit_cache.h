// What one thread remembers of the units of text (pretokens, or parts of them between exact cuts)
// that it has encoded: bytes -> ids. A first-level table holds units of up to 15 bytes, two entries
// to a cache line; units come in batches, so that the table's lines are fetched before they are
// looked at. Longer units are in a table behind it. Keys are always compared whole.
//
// Bounded: 16 MiB of entries, 4 MiB of ids, 8 MiB of long units; the table begins small and
// doubles. Full, it replaces what shares a line with the newcomer; the others start over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

// A unit's first word, its second, and its length in the top byte of the second, which leaves room
// for 15 bytes. Two units have equal keys if and only if they are equal, flag and all.
struct UnitKey {
  std::uint64_t low, high;
};

class UnitCache {
 public:
  static constexpr std::size_t kShortBytesMax = 15;
  static constexpr std::size_t kLongBytesMax = 256;  // units above are not remembered
  static constexpr std::size_t kBatchUnits = 128;
  // Set in a unit's end: the unit is part of a pretoken, not the whole. The same bytes may have
  // other ids then, and are another key.
  static constexpr std::uint32_t kPart = std::uint32_t{1} << 31;

  UnitCache();

  // Forgets everything unless `owner` is the one that it was filled for (not 0).
  void use_for(std::uint64_t owner);

  // Appends the ids of the units text[ends[i - 1], ends[i]), the first from `begin`; none is empty.
  // Units not known yet are encoded by merge(std::string_view bytes, bool part,
  // std::vector<TokenId>& out), which appends their ids, at least one, and must not use this cache.
  // text.size() < kPart.
  template <class Merge>
  void encode(std::string_view text, std::uint32_t begin, std::span<const std::uint32_t> ends,
              std::vector<TokenId>& out, const Merge& merge) {
    while (!ends.empty()) {
      const auto batch = ends.first(std::min(ends.size(), kBatchUnits));
      encode_batch(text, begin, batch, out, merge);
      begin = batch.back() & ~kPart;
      ends = ends.subspan(batch.size());
    }
  }

 private:
  static constexpr std::size_t kInlineIds = 4;
  static constexpr unsigned kCountShift = 61;  // of the number of inline ids in Entry::high

  struct alignas(32) Entry {
    std::uint64_t low, high;  // the key, and the number of ids; 0: they are in ids_
    TokenId ids[kInlineIds];  // or where they begin, and how many
  };
  struct Line {
    Entry entries[2];
  };
  struct LongSlot {
    std::uint64_t hash = 0;
    std::uint32_t key_begin = 0, ids_begin = 0;
    std::uint16_t key_bytes = 0, id_count = 0;  // no bytes: empty
    bool part = false;
  };
  struct Free {
    void operator()(Line* lines) const;
  };

  static std::size_t hash(const UnitKey& key) {
    const std::uint64_t mixed = (key.low ^ key.high * 0x9E3779B97F4A7C15U) * 0xD6E8FEB86659FD93U;
    return static_cast<std::size_t>(mixed ^ mixed >> 32);
  }
  static bool matches(const Entry& entry, const UnitKey& key) {
    return ((entry.low ^ key.low) | (entry.high ^ key.high) << (64 - kCountShift)) == 0;
  }
  static UnitKey key_of(const char* bytes, std::size_t size, bool part);

  template <class Merge>
  void encode_batch(std::string_view text, std::uint32_t begin, std::span<const std::uint32_t> ends,
                    std::vector<TokenId>& out, const Merge& merge);
  template <class Merge>
  void encode_long(std::string_view unit, bool part, std::vector<TokenId>& out, const Merge& merge);
  const Entry* find_beyond(const UnitKey& key, std::size_t line) const;
  void insert(const UnitKey& key, std::span<const TokenId> ids);
  Entry* free_entry(const UnitKey& key);
  void reset(std::size_t lines);
  void grow();
  std::span<const TokenId> find_long(std::string_view unit, bool part, std::uint64_t hash) const;
  void insert_long(std::string_view unit, bool part, std::uint64_t hash,
                   std::span<const TokenId> ids);
  static std::uint64_t hash_long(std::string_view unit);

  std::uint64_t owner_ = 0;
  std::unique_ptr<Line[], Free> lines_;
  std::size_t line_mask_ = 0, used_ = 0;
  std::vector<TokenId> ids_;  // of units that have more than an entry holds
  std::vector<LongSlot> long_slots_;
  std::string long_keys_;
  std::vector<TokenId> long_ids_;
  std::size_t long_used_ = 0;
};

inline UnitKey UnitCache::key_of(const char* bytes, std::size_t size, bool part) {
  // Loads of 16 bytes, of which the lowest `size` stay.
  static constexpr auto kMasks = [] {
    std::array<UnitKey, kShortBytesMax + 1> masks{};
    for (std::size_t i = 0; i < masks.size(); ++i) {
      masks[i].low = i >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << i * 8) - 1;
      masks[i].high = i <= 8 ? 0 : (std::uint64_t{1} << (i - 8) * 8) - 1;
    }
    return masks;
  }();
  UnitKey key;
  std::memcpy(&key, bytes, sizeof key);
  key.low &= kMasks[size].low;
  key.high &= kMasks[size].high;
  key.high |= static_cast<std::uint64_t>(size | std::size_t{part} << 4) << 56;
  return key;
}

template <class Merge>
void UnitCache::encode_batch(std::string_view text, std::uint32_t begin,
                             std::span<const std::uint32_t> ends, std::vector<TokenId>& out,
                             const Merge& merge) {
  // A key is loaded as 16 bytes; those near the text's end come from a copy that has them.
  char tail[2 * sizeof(UnitKey)] = {};
  const std::size_t tail_begin = text.size() - std::min(text.size(), sizeof(UnitKey));
  std::memcpy(tail, text.data() + tail_begin, text.size() - tail_begin);
  struct {
    UnitKey key;
    std::size_t hash;
  } units[kBatchUnits];
  std::uint32_t at = begin;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const std::uint32_t end = ends[i] & ~kPart;
    const char* const bytes = at < tail_begin ? text.data() + at : tail + (at - tail_begin);
    const std::size_t size = std::min<std::size_t>(end - at, kShortBytesMax);
    units[i].key = key_of(bytes, size, (ends[i] & kPart) != 0);
    units[i].hash = hash(units[i].key);
    __builtin_prefetch(&lines_[units[i].hash & line_mask_]);
    at = end;
  }
  TokenId ids[kBatchUnits * kInlineIds];
  TokenId* ids_end = ids;
  const auto flush = [&] {
    out.insert(out.end(), ids, ids_end);
    ids_end = ids;
  };
  at = begin;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const std::uint32_t end = ends[i] & ~kPart;
    const std::size_t size = end - at;
    const UnitKey& key = units[i].key;
    const std::string_view unit = text.substr(at, size);
    at = end;
    if (size > kShortBytesMax) {
      flush();
      encode_long(unit, (ends[i] & kPart) != 0, out, merge);
      continue;
    }
    const Line& line = lines_[units[i].hash & line_mask_];
    const bool second = matches(line.entries[1], key);
    const Entry* entry = &line.entries[second ? 1 : 0];
    if (!second && !matches(line.entries[0], key)) {
      entry = find_beyond(key, units[i].hash);
      if (entry == nullptr) {
        flush();
        const std::size_t before = out.size();
        merge(unit, (ends[i] & kPart) != 0, out);
        insert(key, std::span<const TokenId>(out).subspan(before));
        continue;
      }
    }
    const std::uint64_t count = entry->high >> kCountShift;
    if (count == 0) {
      flush();
      const auto begin_of_ids = ids_.begin() + static_cast<std::ptrdiff_t>(entry->ids[0]);
      out.insert(out.end(), begin_of_ids,
                 begin_of_ids + static_cast<std::ptrdiff_t>(entry->ids[1]));
      continue;
    }
    std::memcpy(ids_end, entry->ids, sizeof entry->ids);
    ids_end += count;
  }
  flush();
}

template <class Merge>
void UnitCache::encode_long(std::string_view unit, bool part, std::vector<TokenId>& out,
                            const Merge& merge) {
  if (unit.size() > kLongBytesMax) return merge(unit, part, out);
  const std::uint64_t hash = hash_long(unit);
  const std::span<const TokenId> known = find_long(unit, part, hash);
  if (known.data() != nullptr) {
    out.insert(out.end(), known.begin(), known.end());
    return;
  }
  const std::size_t before = out.size();
  merge(unit, part, out);
  insert_long(unit, part, hash, std::span<const TokenId>(out).subspan(before));
}

}  // namespace corpusmill
