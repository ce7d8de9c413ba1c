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

// A unit's first 8 bytes, its next 7, and its length and flag above them. Units have equal keys if
// and only if they are equal, flag and all.
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

  // A unit on its way through a batch. `hash` has the bits of an offset into the lines.
  struct Probe {
    UnitKey key;
    std::size_t hash;
  };

  static std::size_t hash_of(const UnitKey& key) {
    const std::uint64_t mixed = (key.low ^ key.high * 0x9E3779B97F4A7C15U) * 0xD6E8FEB86659FD93U;
    return static_cast<std::size_t>(mixed ^ mixed >> 32);
  }
  // 0 if the entry is that of the key. An empty entry is no key's: keys have a length.
  static std::uint64_t difference(const Entry& entry, const UnitKey& key) {
    return (entry.low ^ key.low) | (entry.high ^ key.high) << (64 - kCountShift);
  }
  // The probes of a batch; asks for their lines.
  void prepare(std::string_view text, std::uint32_t begin, std::span<const std::uint32_t> ends,
               Probe* probes) const;
  // Appends the ids of a unit that is in the table, but not in its own line, or has many.
  bool append_found(const Probe& probe, std::vector<TokenId>& out) const;

  template <class Merge>
  void encode_batch(std::string_view text, std::uint32_t begin, std::span<const std::uint32_t> ends,
                    std::vector<TokenId>& out, const Merge& merge);
  template <class Merge>
  void encode_long(std::string_view unit, bool part, std::vector<TokenId>& out, const Merge& merge);
  template <class Merge>
  void encode_rare(std::string_view unit, bool part, const Probe& probe, std::vector<TokenId>& out,
                   const Merge& merge);
  Line& line_at(std::size_t hash, std::size_t step) const {
    const std::size_t offset = (hash + step * sizeof(Line)) & line_mask_;
    return lines_[offset / sizeof(Line)];
  }
  void insert(const Probe& probe, std::span<const TokenId> ids);
  Entry* free_entry(std::size_t hash);
  void reset(std::size_t lines);
  void grow();
  std::span<const TokenId> find_long(std::string_view unit, bool part, std::uint64_t hash) const;
  void insert_long(std::string_view unit, bool part, std::uint64_t hash,
                   std::span<const TokenId> ids);
  static std::uint64_t hash_long(std::string_view unit);

  std::uint64_t owner_ = 0;
  std::unique_ptr<Line[], Free> lines_;
  std::size_t lines_count_ = 0, used_ = 0;
  std::size_t line_mask_ = 0;  // leaves the offset of a line, in bytes, of a hash
  std::vector<TokenId> ids_;   // of units that have more than an entry holds
  std::vector<LongSlot> long_slots_;
  std::string long_keys_;
  std::vector<TokenId> long_ids_;
  std::size_t long_used_ = 0;
};

template <class Merge>
void UnitCache::encode_batch(std::string_view text, std::uint32_t begin,
                             std::span<const std::uint32_t> ends, std::vector<TokenId>& out,
                             const Merge& merge) {
  Probe probes[kBatchUnits];
  prepare(text, begin, ends, probes);
  TokenId ids[kBatchUnits * kInlineIds];
  TokenId* ids_end = ids;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const Probe& probe = probes[i];
    const char* const line =
        reinterpret_cast<const char*>(lines_.get()) + (probe.hash & line_mask_);
    const auto& first = *reinterpret_cast<const Entry*>(line);
    const auto& second = *reinterpret_cast<const Entry*>(line + sizeof(Entry));
    const std::uint64_t unlike_first = difference(first, probe.key);
    const std::uint64_t unlike_second = difference(second, probe.key);
    // No branch on which of the two it is: that is a toss of a coin.
    const auto& entry = *reinterpret_cast<const Entry*>(
        line + (unlike_second == 0 ? sizeof(Entry) : std::size_t{0}));
    const std::uint64_t count = entry.high >> kCountShift;
    const bool known = (unlike_first == 0) | (unlike_second == 0);
    std::memcpy(ids_end, entry.ids, sizeof entry.ids);
    if (known & (count != 0)) [[likely]] {
      ids_end += count;
      continue;
    }
    out.insert(out.end(), ids, ids_end);
    ids_end = ids;
    const std::uint32_t at = i == 0 ? begin : ends[i - 1] & ~kPart;
    const std::string_view unit = text.substr(at, (ends[i] & ~kPart) - at);
    encode_rare(unit, (ends[i] & kPart) != 0, probe, out, merge);
  }
  out.insert(out.end(), ids, ids_end);
}

template <class Merge>
void UnitCache::encode_rare(std::string_view unit, bool part, const Probe& probe,
                            std::vector<TokenId>& out, const Merge& merge) {
  if (unit.size() > kShortBytesMax) return encode_long(unit, part, out, merge);
  if (append_found(probe, out)) return;
  const std::size_t before = out.size();
  merge(unit, part, out);
  insert(probe, std::span<const TokenId>(out).subspan(before));
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
