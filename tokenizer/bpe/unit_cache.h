// What one thread remembers of the units of text (pretokens, or parts of them between exact cuts)
// that it has encoded: bytes -> ids. A first-level table holds units of up to 15 bytes, two entries
// to a cache line; units come in batches, so that the table's lines are fetched before they are
// looked at. Longer units are in a table behind it. Keys are always compared whole.
//
// Bounded: 16 MiB of entries, 4 MiB of ids, 9 MiB of long units; the table begins small and
// doubles. Full, it replaces what shares a line with the newcomer; the others start over.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/huge_array.h"
#include "common/token_id.h"
#include "tokenizer/bpe/char_words.h"
#include "tokenizer/bpe/id_words.h"
#include "tokenizer/bpe/long_unit_table.h"
#include "tokenizer/bpe/short_row.h"
#include "tokenizer/bpe/short_words.h"
#include "tokenizer/bpe/unit_cache_simd.h"

namespace corpusmill {

class UnitCache {
 public:
  static constexpr std::size_t kShortBytesMax = unit_keys::kShortBytesMax;
  // Units above are not remembered.
  static constexpr std::size_t kLongBytesMax = LongUnitTable::kBytesMax;
  static constexpr std::size_t kBatchUnits = unit_keys::Probes::kMax;
  // Set in a unit's end: the unit is part of a pretoken, not the whole. The same bytes may have
  // other ids then, and are another key.
  static constexpr std::uint32_t kPart = unit_keys::kPart;

  // `functions`: one of unit_keys::functions().
  explicit UnitCache(const unit_keys::Functions& functions = unit_keys::functions().front());

  // Forgets marks, and everything unless `owner` is the one that it was filled for (not 0).
  void use_for(std::uint64_t owner);

  // Appends the ids of the units text[ends[i - 1], ends[i]), the first from `begin`; none is empty.
  // Units not known yet are encoded by merge(std::string_view bytes, bool part,
  // std::vector<TokenId>& ids), which appends their ids, at least one, and must not use this cache.
  // text.size() < kPart. Without kHasParts no end has that flag.
  //
  // A merge that also has
  //   bool takes(std::string_view bytes) const;  // whether a ShortRow holds what a unit becomes
  //   void start(std::string_view bytes, bool part, ShortRow& row) const;  // the symbols of a unit
  //   void merge_rows(std::span<ShortRow> rows) const;                     // what they become
  // is asked for the ids of several units together, those that it takes and that turn out to be
  // unknown: they are in `out` after finish(), which may come calls and texts later. Until then
  // `out` only grows.
  template <bool kHasParts = false, class Merge>
  [[gnu::noinline]] void encode(std::string_view text, std::uint32_t begin,
                                std::span<const std::uint32_t> ends, std::vector<TokenId>& out,
                                const Merge& merge) {
    if (ends.empty()) return;
    Probes probes[2];
    Ids ids;
    // The lines of a batch come while the batch before is looked up.
    std::span<const std::uint32_t> batch = ends.first(std::min(ends.size(), kBatchUnits));
    prepare(text, begin, batch, kHasParts, probes[0]);
    ask_for_lines(probes[0], batch.size());
    for (unsigned turn = 0;; turn ^= 1) {
      ends = ends.subspan(batch.size());
      const std::uint32_t next_begin = batch.back() & ~kPart;
      const std::span<const std::uint32_t> next = ends.first(std::min(ends.size(), kBatchUnits));
      const bool full = used_ > lines_.size() && lines_.size() < kLinesMax;
      if (!next.empty() && !full) prepare(text, next_begin, next, kHasParts, probes[turn ^ 1]);
      ask_for_long_units(probes[turn]);
      encode_batch<kHasParts>(text, begin, batch, probes[turn], probes[turn ^ 1], ids, out, merge);
      if (full) grow();
      if (next.empty()) break;
      if (full) {
        prepare(text, next_begin, next, kHasParts, probes[turn ^ 1]);
        ask_for_lines(probes[turn ^ 1], next.size());
      }
      begin = next_begin;
      batch = next;
    }
    ids.flush(out);
  }

  // Puts the ids that are still missing where they belong.
  template <class Merge>
  void finish(std::vector<TokenId>& out, const Merge& merge);

  // Notes that something ends at out.size(): marks() tells where, and is right after finish().
  // use_for() forgets them.
  void mark(const std::vector<TokenId>& out) { marks_.push_back(out.size()); }
  std::span<const std::size_t> marks() const { return marks_; }

 private:
  friend class UnitWords;
  using Entry = unit_keys::Entry;

  // It is the key's, and its ids have a word.
  static bool has_word(id_words::Layout layout, const Entry& entry, const UnitKey& key) {
    return unit_keys::difference(entry, key) == 0 && entry.count() <= id_words::ids_max(layout);
  }
  static std::uint64_t word_of(id_words::Layout layout, const Entry& entry) {
    const unsigned bits = id_words::id_bits(layout);
    const std::uint64_t three = entry.ids[0] | std::uint64_t{entry.ids[1]} << bits |
                                std::uint64_t{entry.ids[2]} << 2 * bits;
    const std::uint64_t word = id_words::frame_of(layout, entry.count()) | three;
    return layout == id_words::Layout::kFourIds ? word | std::uint64_t{entry.ids[3]} << 3 * bits
                                                : word;
  }
  struct Line {
    Entry entries[2];
  };

  // A unit whose ids are not known yet, or not at hand, and where in the output they belong.
  struct Waiting {
    UnitKey key;
    std::size_t place;
    std::size_t marks;                  // that stand before it
    char bytes[ShortRow::kSymbolsMax];  // of one whose key does not have them
    std::uint8_t size;
    bool part;

    std::string_view unit() const {
      return {size <= kShortBytesMax ? reinterpret_cast<const char*>(&key) : bytes, size};
    }
  };
  static constexpr std::size_t kWaitingMax = 32;

  using Probes = unit_keys::Probes;
  static constexpr std::size_t kLinesMax = std::size_t{1} << 18;

  // As many ids are written as an entry has room for, so they go by way of a buffer with room for
  // that.
  struct Ids {
    static constexpr std::size_t kRoom = 2048, kUnitRoom = 2 * Entry::kIds;
    TokenId* end = first;
    TokenId first[kRoom + kUnitRoom];

    void flush(std::vector<TokenId>& out) {
      out.insert(out.end(), first, end);
      end = first;
    }
  };
  static_assert(Ids::kRoom >= kBatchUnits * Ids::kUnitRoom);

  // Where the key's line begins, in bytes.
  std::uint32_t offset_of(const UnitKey& key) const { return functions_.hash(key) & offset_mask_; }
  // The one of the line's entries that may be the key's.
  const Entry& entry_of(const UnitKey& key, std::uint32_t offset) const {
    const char* const lines = reinterpret_cast<const char*>(lines_.data());
    const auto* const entry = reinterpret_cast<const Entry*>(lines + offset);
    // Which of the two it is nobody can foretell: no branch.
    return entry[unit_keys::difference(*entry, key) != 0];
  }
  void ask_for_lines(const Probes& probes, std::size_t count) const {
    const char* const lines = reinterpret_cast<const char*>(lines_.data());
    for (std::size_t i = 0; i < count; ++i) __builtin_prefetch(lines + probes.offsets[i]);
  }
  // Once their slots are there.
  void ask_for_long_units(const Probes& probes) const {
    for (std::uint64_t left = probes.long_units; left != 0; left &= left - 1) {
      long_units_.ask_for_unit(probes.keys[std::countr_zero(left)].low);
    }
  }
  // Puts the hash of a unit for long_units_ into its key, and asks for its slot.
  void prepare_long(std::string_view unit, UnitKey& key) const {
    if (unit.size() > kLongBytesMax) return;
    key.low = LongUnitTable::hash_of(unit);
    long_units_.ask_for_slot(key.low);
  }
  // The probes of a batch. A long unit's key has its hash.
  void prepare(std::string_view text, std::uint32_t begin, std::span<const std::uint32_t> ends,
               bool has_parts, Probes& probes) const;
  // The part of prepare() for units [near, ends.size()), the first from `begin`.
  void prepare_tail(std::string_view text, std::uint32_t begin, std::span<const std::uint32_t> ends,
                    std::size_t near, unit_keys::Prepare prepare_some, Probes& probes) const;
  // The same of units that do not stand one behind the other, the first is text[begins[0],
  // ends[0]); asks for their lines.
  void prepare_scattered(std::string_view text, const std::uint32_t* begins,
                         std::span<const std::uint32_t> ends, Probes& probes) const;

  template <bool kHasParts, class Merge>
  void encode_batch(std::string_view text, std::uint32_t begin, std::span<const std::uint32_t> ends,
                    const Probes& probes, const Probes& next, Ids& ids, std::vector<TokenId>& out,
                    const Merge& merge);
  // Unit i of a batch, where its line does not say its ids.
  template <class Merge>
  [[gnu::noinline]] void encode_missing(std::string_view unit, bool part, const UnitKey& key,
                                        std::uint32_t offset, Ids& ids, std::vector<TokenId>& out,
                                        const Merge& merge);
  Line& line_at(std::size_t offset, std::size_t step) const {
    return lines_[(offset / sizeof(Line) + step) & (lines_.size() - 1)];
  }
  // Whether the key may be in a line behind its own; asks for the next one then.
  bool ask_for_second_line(const UnitKey& key, std::uint32_t offset) const {
    const Line& line = line_at(offset, 0);
    const bool is_beyond = line.entries[1].high != 0 &&
                           unit_keys::difference(line.entries[0], key) != 0 &&
                           unit_keys::difference(line.entries[1], key) != 0;
    if (is_beyond) __builtin_prefetch(&line_at(offset, 1));
    return is_beyond;
  }
  void wait(std::string_view unit, bool part, const UnitKey& key, std::size_t place);
  // *rows[i] is what unit i became.
  void put_in_place(std::span<const Waiting> waiting, ShortRow* const* rows,
                    std::vector<TokenId>& out);
  // Of a unit of any length: null data where it is unknown; what is too long is not kept. Valid
  // until the next call.
  std::span<const TokenId> find_any(std::string_view unit, bool part, const UnitKey& key,
                                    std::uint32_t offset);
  void insert_any(std::string_view unit, bool part, const UnitKey& key,
                  std::span<const TokenId> ids);
  void insert_if_new(std::string_view unit, bool part, const UnitKey& key,
                     std::span<const TokenId> ids);
  // Merges the unit by itself. Valid until the next call.
  template <class Merge>
  std::span<const TokenId> encode_new(std::string_view unit, bool part, const UnitKey& key,
                                      const Merge& merge);
  std::span<const TokenId> find(const UnitKey& key, std::uint32_t offset);  // null data: unknown
  void insert(const UnitKey& key, std::uint32_t offset, std::span<const TokenId> ids);
  Entry* free_entry(std::size_t offset);
  void reset(std::size_t lines);
  void use_lines();  // that are empty yet
  void grow();
  void grow_if_full() {
    if (used_ > lines_.size() && lines_.size() < kLinesMax) grow();
  }

  std::uint64_t owner_ = 0;
  CharWords chars_;  // for UnitWords
  ShortWords short_units_;
  HugeArray<Line> lines_;
  std::size_t used_ = 0;
  std::uint32_t offset_mask_ = 0;  // leaves the offset of a line, in bytes, of a hash
  unit_keys::Functions functions_;
  std::vector<TokenId> merged_;
  std::size_t waiting_count_ = 0;
  std::array<Waiting, kWaitingMax> waiting_;
  std::vector<std::size_t> marks_;
  TokenId unpacked_[2 * Entry::kIds];
  std::vector<TokenId> ids_;  // of units that have more than an entry holds
  LongUnitTable long_units_;
};

template <bool kHasParts, class Merge>
void UnitCache::encode_batch(std::string_view text, std::uint32_t begin,
                             std::span<const std::uint32_t> ends, const Probes& probes,
                             const Probes& next, Ids& ids, std::vector<TokenId>& out,
                             const Merge& merge) {
  if (ids.end > ids.first + (Ids::kRoom - kBatchUnits * Ids::kUnitRoom)) ids.flush(out);
  const auto first_line = [&] { return reinterpret_cast<const char*>(lines_.data()); };
  const char* lines = first_line();
  for (std::size_t i = 0;; ++i) {
    i = functions_.look_up(probes, next, i, ends.size(), lines, ids.end);
    if (i == ends.size()) return;
    const UnitKey& key = probes.keys[i];
    const std::uint32_t at = i == 0 ? begin : ends[i - 1] & ~kPart;
    const std::string_view unit = text.substr(at, (ends[i] & ~kPart) - at);
    encode_missing(unit, kHasParts && (ends[i] & kPart) != 0, key, probes.offsets[i], ids, out,
                   merge);
    lines = first_line();  // a full table begins anew elsewhere
  }
}

template <class Merge>
void UnitCache::encode_missing(std::string_view unit, bool part, const UnitKey& key,
                               std::uint32_t offset, Ids& ids, std::vector<TokenId>& out,
                               const Merge& merge) {
  if (unit.size() > kLongBytesMax) {
    ids.flush(out);
    merge(unit, part, out);
    return;
  }
  constexpr bool kWaits = requires(ShortRow & row) {
    merge.start(unit, part, row);
  };
  // A line that is still on its way is not waited for by who can do something else meanwhile.
  const bool asks = kWaits && unit.size() <= kShortBytesMax && ask_for_second_line(key, offset);
  std::span<const TokenId> found;
  if (!asks) found = find_any(unit, part, key, offset);
  if (found.data() == nullptr) {
    if constexpr (kWaits) {
      if (merge.takes(unit) && unit.size() <= sizeof Waiting::bytes) {
        wait(unit, part, key, out.size() + static_cast<std::size_t>(ids.end - ids.first));
        if (waiting_count_ == kWaitingMax) {
          ids.flush(out);
          finish(out, merge);
        }
        return;
      }
      if (asks) found = find(key, offset);
    }
    if (found.data() == nullptr) found = encode_new(unit, part, key, merge);
  }
  if (found.size() <= Ids::kUnitRoom) {
    ids.end = std::copy(found.begin(), found.end(), ids.end);
  } else {
    ids.flush(out);
    out.insert(out.end(), found.begin(), found.end());
  }
}

template <class Merge>
std::span<const TokenId> UnitCache::encode_new(std::string_view unit, bool part, const UnitKey& key,
                                               const Merge& merge) {
  merged_.clear();
  merge(unit, part, merged_);
  insert_any(unit, part, key, merged_);
  return merged_;
}

template <class Merge>
void UnitCache::finish(std::vector<TokenId>& out, const Merge& merge) {
  ShortRow rows[kWaitingMax];
  const std::span<const Waiting> waiting(waiting_.data(), std::exchange(waiting_count_, 0));
  if (waiting.empty()) return;
  // Their lines were asked for when they came, many units ago.
  std::uint32_t offsets[kWaitingMax];
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    offsets[i] = offset_of(waiting[i].key);
    __builtin_prefetch(&line_at(offsets[i], 0), 1);
    __builtin_prefetch(&line_at(offsets[i], 1), 1);
  }
  ShortRow* row_of[kWaitingMax];
  std::size_t new_count = 0, known_count = 0;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const Waiting& unit = waiting[i];
    const auto known = find_any(unit.unit(), unit.part, unit.key, offsets[i]);
    if (known.data() == nullptr) {
      row_of[i] = &rows[new_count++];
      merge.start(unit.unit(), unit.part, *row_of[i]);
    } else {
      row_of[i] = &rows[kWaitingMax - ++known_count];
      row_of[i]->count = static_cast<std::uint32_t>(known.size());
      std::copy(known.begin(), known.end(), row_of[i]->symbols);
    }
  }
  if (new_count > 0) merge.merge_rows(std::span(rows, new_count));
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (row_of[i] < rows + new_count) {
      insert_if_new(waiting[i].unit(), waiting[i].part, waiting[i].key, row_of[i]->view());
    }
  }
  put_in_place(waiting, row_of, out);
}

}  // namespace corpusmill
