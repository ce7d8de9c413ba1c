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
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/huge_array.h"
#include "tokenizer/unit_cache_simd.h"

namespace corpusmill {

class UnitCache {
 public:
  static constexpr std::size_t kShortBytesMax = unit_keys::kShortBytesMax;
  static constexpr std::size_t kLongBytesMax = 256;  // units above are not remembered
  static constexpr std::size_t kBatchUnits = unit_keys::Probes::kMax;
  // Set in a unit's end: the unit is part of a pretoken, not the whole. The same bytes may have
  // other ids then, and are another key.
  static constexpr std::uint32_t kPart = unit_keys::kPart;

  // `functions`: one of unit_keys::functions().
  explicit UnitCache(const unit_keys::Functions& functions = unit_keys::functions().front());

  // Forgets everything unless `owner` is the one that it was filled for (not 0).
  void use_for(std::uint64_t owner);

  // Appends the ids of the units text[ends[i - 1], ends[i]), the first from `begin`; none is empty.
  // Units not known yet are encoded by merge(std::string_view bytes, bool part,
  // std::vector<TokenId>& ids), which appends their ids, at least one, and must not use this cache.
  // text.size() < kPart. Without kHasParts no end has that flag.
  template <bool kHasParts = false, class Merge>
  void encode(std::string_view text, std::uint32_t begin, std::span<const std::uint32_t> ends,
              std::vector<TokenId>& out, const Merge& merge) {
    while (!ends.empty()) {
      const auto batch = ends.first(std::min(ends.size(), kBatchUnits));
      encode_batch<kHasParts>(text, begin, batch, out, merge);
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

  using Probes = unit_keys::Probes;

  // Where the key's line begins, in bytes.
  std::uint32_t offset_of(const UnitKey& key) const { return functions_.hash(key) & offset_mask_; }
  // 0 if the entry is that of the key. An empty entry is no key's: keys have a length.
  static std::uint64_t difference(const Entry& entry, const UnitKey& key) {
    return (entry.low ^ key.low) | (entry.high ^ key.high) << (64 - kCountShift);
  }
  // The probes of a batch; asks for their lines.
  void prepare(std::string_view text, std::uint32_t begin, std::span<const std::uint32_t> ends,
               bool has_parts, Probes& probes) const;

  template <bool kHasParts, class Merge>
  void encode_batch(std::string_view text, std::uint32_t begin, std::span<const std::uint32_t> ends,
                    std::vector<TokenId>& out, const Merge& merge);
  // The ids of a unit that is not in its own line, or has many; valid until the next call.
  template <class Merge>
  std::span<const TokenId> encode_rare(std::string_view unit, bool part, const UnitKey& key,
                                       std::uint32_t offset, const Merge& merge);
  Line& line_at(std::size_t offset, std::size_t step) const {
    return lines_[(offset / sizeof(Line) + step) & (lines_.size() - 1)];
  }
  std::span<const TokenId> find(const UnitKey& key,
                                std::uint32_t offset) const;  // null data: unknown
  void insert(const UnitKey& key, std::uint32_t offset, std::span<const TokenId> ids);
  Entry* free_entry(std::size_t offset);
  void reset(std::size_t lines);
  void use_lines();  // that are empty yet
  void grow();
  std::span<const TokenId> find_long(std::string_view unit, bool part, std::uint64_t hash) const;
  void insert_long(std::string_view unit, bool part, std::uint64_t hash,
                   std::span<const TokenId> ids);
  static std::uint64_t hash_long(std::string_view unit);

  std::uint64_t owner_ = 0;
  HugeArray<Line> lines_;
  std::size_t used_ = 0;
  std::uint32_t offset_mask_ = 0;  // leaves the offset of a line, in bytes, of a hash
  unit_keys::Functions functions_;
  std::vector<TokenId> merged_;
  std::vector<TokenId> ids_;  // of units that have more than an entry holds
  std::vector<LongSlot> long_slots_;
  std::string long_keys_;
  std::vector<TokenId> long_ids_;
  std::size_t long_used_ = 0;
};

template <bool kHasParts, class Merge>
void UnitCache::encode_batch(std::string_view text, std::uint32_t begin,
                             std::span<const std::uint32_t> ends, std::vector<TokenId>& out,
                             const Merge& merge) {
  if (used_ > lines_.size()) grow();  // not amid a batch, whose offsets it would change
  Probes probes;
  prepare(text, begin, ends, kHasParts, probes);
  // Four ids are written whatever their number, so they go by way of a buffer with room for that.
  TokenId ids[kBatchUnits * kInlineIds];
  TokenId* ids_end = ids;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const UnitKey& key = probes.keys[i];
    const auto* entry = reinterpret_cast<const Entry*>(
        reinterpret_cast<const char*>(lines_.data()) + probes.offsets[i]);
    // Mostly it is the first: frequent units were there early.
    if (difference(*entry, key) != 0) [[unlikely]]
      ++entry;
    const std::size_t count = entry->high >> kCountShift;
    std::memcpy(ids_end, entry->ids, sizeof entry->ids);
    ids_end += count;
    if (difference(*entry, key) == 0 && count != 0) [[likely]]
      continue;
    ids_end -= count;
    const std::uint32_t at = i == 0 ? begin : ends[i - 1] & ~kPart;
    const std::string_view unit = text.substr(at, (ends[i] & ~kPart) - at);
    const std::span<const TokenId> rare =
        encode_rare(unit, kHasParts && (ends[i] & kPart) != 0, key, probes.offsets[i], merge);
    if (rare.size() <= kInlineIds) {
      ids_end = std::copy(rare.begin(), rare.end(), ids_end);
    } else {
      out.insert(out.end(), ids, ids_end);
      ids_end = ids;
      out.insert(out.end(), rare.begin(), rare.end());
    }
  }
  out.insert(out.end(), ids, ids_end);
}

template <class Merge>
std::span<const TokenId> UnitCache::encode_rare(std::string_view unit, bool part,
                                                const UnitKey& key, std::uint32_t offset,
                                                const Merge& merge) {
  const bool is_short = unit.size() <= kShortBytesMax;
  std::uint64_t long_hash = 0;
  std::span<const TokenId> known;
  if (is_short) {
    known = find(key, offset);
  } else if (unit.size() <= kLongBytesMax) {
    long_hash = hash_long(unit);
    known = find_long(unit, part, long_hash);
  }
  if (known.data() != nullptr) return known;
  merged_.clear();
  merge(unit, part, merged_);
  if (is_short) {
    insert(key, offset, merged_);
  } else if (unit.size() <= kLongBytesMax) {
    insert_long(unit, part, long_hash, merged_);
  }
  return merged_;
}

}  // namespace corpusmill
