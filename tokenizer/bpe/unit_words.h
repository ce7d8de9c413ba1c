// Units on their way to ids, many at a time, for text of which most units are single characters:
// those are looked up by code point (CharWords), the others in the UnitCache, and what neither
// knows is merged side by side. Then all are spelled out, in their order.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/char_words.h"
#include "tokenizer/bpe/id_words.h"
#include "tokenizer/bpe/short_row.h"
#include "tokenizer/bpe/unit_cache.h"

namespace corpusmill {

class UnitWords {
 public:
  static constexpr std::size_t kUnitsMax = 1024;

  // `cache` must outlive this.
  explicit UnitWords(UnitCache& cache) : cache_(cache) {}

  // Forgets the units. Those from here on have ids below nobody(layout), which is always the same
  // for an owner of the cache, and fewer than 2^16 each.
  void clear(id_words::Layout layout) {
    layout_ = layout;
    count_ = list_size_ = repeated_ids_ = waiting_count_ = 0;
    repeats_.clear();
  }
  // Of how many the ids were asked since. More than kTogetherMax should not be: their words would
  // not stay near the core.
  std::size_t size() const { return count_; }
  static constexpr std::size_t kTogetherMax = std::size_t{16} << 10;
  // Looks up more units, told as to UnitCache::encode(), at most kUnitsMax; their text must stay
  // where it is until finish(). chars[i] is the code point of unit i if it is one character, else
  // CharWords::kChars or above; that of a unit without UnitCache::kPart only if it has the same ids
  // with it. `chars` can be read up to the next multiple of CharWords::kStep. Merge is one that has
  // start() and merge_rows().
  template <bool kHasParts, class Merge>
  void look_up(std::string_view text, std::uint32_t begin, std::span<const std::uint32_t> ends,
               std::span<const std::uint32_t> chars, const Merge& merge);
  // Merges those that were found nowhere, many together. Before spell().
  template <class Merge>
  void finish(const Merge& merge) {
    merge_waiting(merge);
  }
  // Writes the ids of units [first, last) from `out` on, and returns where they end. Up to
  // id_words::kSpareIds behind that may be written too.
  TokenId* spell(std::size_t first, std::size_t last, TokenId* out) const;
  // More ids than any `units` units have, and what is written behind them.
  std::size_t ids_max(std::size_t units) const {
    return id_words::ids_max(layout_) * units + list_size_ + repeated_ids_ + id_words::kSpareIds;
  }

 private:
  static constexpr std::uint32_t kPart = UnitCache::kPart;
  static constexpr std::size_t kBatchUnits = UnitCache::kBatchUnits;
  static constexpr std::size_t kWaitingMax = 128;
  static constexpr unsigned kWaitingBits = 9;

  struct Unit {
    std::string_view bytes;
    bool part;
    std::uint32_t code_point;  // below CharWords::kChars if it is one character
  };
  // Units to be looked up in the cache.
  struct Batch {
    std::span<const std::uint32_t> numbers;  // which they are
    std::uint32_t begins[kBatchUnits], ends[kBatchUnits];
    unit_keys::Probes probes;
  };
  // A unit whose ids are not known yet.
  struct Waiting {
    std::size_t number;
    Unit unit;
    UnitKey key;
  };
  // Unit `number` is the same as another that waits.
  struct Repeat {
    std::size_t number, other;
  };

  // The place in waiting_last_ of units with this key.
  static std::size_t waiting_slot(const UnitKey& key) {
    return (key.low ^ key.high) * 0x9E3779B97F4A7C15 >> (64 - kWaitingBits);
  }
  static bool is_same(const Waiting& waiting, const Unit& unit, const UnitKey& key) {
    return waiting.key.low == key.low && waiting.key.high == key.high &&
           (unit.bytes.size() <= UnitCache::kShortBytesMax ||
            (waiting.unit.part == unit.part && waiting.unit.bytes == unit.bytes));
  }

  // Keeps the word of a unit near.
  void learn(const Unit& unit, std::uint64_t word) {
    if (unit.code_point < CharWords::kChars) {
      cache_.chars_.learn(unit.code_point, word);
    } else {
      cache_.short_units_.learn(unit.bytes, unit.part, word);
    }
  }
  // What unit `number` becomes.
  void set(std::size_t number, std::span<const TokenId> ids);
  // The same of more ids than have a word, if the entry is the key's and has them; else false.
  bool set_inline(std::size_t number, const UnitCache::Entry& entry, const UnitKey& key) {
    if (unit_keys::difference(entry, key) != 0 || entry.is_elsewhere()) return false;
    grow_list(2 * UnitCache::Entry::kIds);
    TokenId* const ids = list_.data() + list_size_;
    std::memcpy(ids, entry.ids, sizeof entry.ids);
    if (entry.is_packed()) entry.unpack(ids);
    words_[number] = list_word(entry.count());
    list_size_ += entry.count();
    return true;
  }
  // Of ids that are put to the list's end.
  std::uint64_t list_word(std::size_t ids) const {
    return id_words::list_word_of(layout_, static_cast<std::uint32_t>(list_size_), ids);
  }
  bool is_listed(std::size_t number) const { return id_words::is_listed(layout_, words_[number]); }
  void grow_list(std::size_t ids);
  void grow_words();
  template <class Merge>
  void look_up_rare(std::size_t number, const Unit& unit, const UnitKey& key, std::uint32_t offset,
                    const Merge& merge);
  template <class Merge>
  void merge_waiting(const Merge& merge);

  UnitCache& cache_;
  id_words::Layout layout_ = id_words::Layout::kThreeIds;
  std::size_t waiting_count_ = 0;
  std::array<Waiting, kWaitingMax> waiting_;
  // By waiting_slot(): the number of the last waiting unit there; any number where there is none.
  std::array<std::uint8_t, std::size_t{1} << kWaitingBits> waiting_last_{};
  static_assert(kWaitingMax <= 256);
  std::vector<Repeat> repeats_;
  std::size_t count_ = 0;             // of units
  std::vector<std::uint64_t> words_;  // of each unit, and room for more; 0: unknown yet
  std::vector<TokenId> list_;         // of units of more than a word
  std::size_t list_size_ = 0;
  std::size_t repeated_ids_ = 0;  // that stand there once for several units
};

template <bool kHasParts, class Merge>
void UnitWords::look_up(std::string_view text, std::uint32_t begin,
                        std::span<const std::uint32_t> ends, std::span<const std::uint32_t> chars,
                        const Merge& merge) {
  std::uint32_t numbers[kUnitsMax + CharWords::kStep];
  const std::size_t first = count_;
  count_ += ends.size();
  grow_words();
  std::uint64_t* const words = words_.data() + first;
  const std::size_t not_chars = cache_.chars_.look_up(chars, words, numbers);
  std::span<const std::uint32_t> unknown(
      numbers,
      cache_.short_units_.look_up({text, begin, ends.data()}, {numbers, not_chars}, words));
  cache_.grow_if_full();
  // The lines of a batch come while the batch before is looked up.
  Batch batches[2];
  const auto prepare_next = [&](Batch& batch) {
    batch.numbers = unknown.first(std::min(unknown.size(), kBatchUnits));
    unknown = unknown.subspan(batch.numbers.size());
    for (std::size_t i = 0; i < batch.numbers.size(); ++i) {
      const std::size_t number = batch.numbers[i];
      batch.begins[i] = number == 0 ? begin : ends[number - 1] & ~kPart;
      batch.ends[i] = ends[number];
    }
    const std::span<const std::uint32_t> batch_ends(batch.ends, batch.numbers.size());
    cache_.prepare_scattered(text, batch.begins, batch_ends, batch.probes);
  };
  prepare_next(batches[0]);
  for (unsigned turn = 0; !batches[turn].numbers.empty(); turn ^= 1) {
    prepare_next(batches[turn ^ 1]);
    const Batch& batch = batches[turn];
    const auto unit_at = [&](std::size_t i) {
      const bool part = kHasParts && (batch.ends[i] & kPart) != 0;
      const std::size_t size = (batch.ends[i] & ~kPart) - batch.begins[i];
      return Unit{text.substr(batch.begins[i], size), part, chars[batch.numbers[i]]};
    };
    for (std::size_t i = 0; i < batch.numbers.size(); ++i) {
      const std::size_t number = batch.numbers[i];
      const UnitKey& key = batch.probes.keys[i];
      const UnitCache::Entry& entry = cache_.entry_of(key, batch.probes.offsets[i]);
      if (UnitCache::has_word(layout_, entry, key)) [[likely]] {
        words[number] = UnitCache::word_of(layout_, entry);
        learn(unit_at(i), words[number]);
        continue;
      }
      if (set_inline(first + number, entry, key)) continue;
      const Unit unit = unit_at(i);
      look_up_rare(first + number, unit, key, batch.probes.offsets[i], merge);
    }
  }
}

template <class Merge>
void UnitWords::look_up_rare(std::size_t number, const Unit& unit, const UnitKey& key,
                             std::uint32_t offset, const Merge& merge) {
  std::span<const TokenId> found = cache_.find_any(unit.bytes, unit.part, key, offset);
  if (found.data() == nullptr && merge.takes(unit.bytes)) {
    std::uint8_t& last = waiting_last_[waiting_slot(key)];
    if (last < waiting_count_ && is_same(waiting_[last], unit, key)) {
      repeats_.push_back({number, waiting_[last].number});
      return;
    }
    last = static_cast<std::uint8_t>(waiting_count_);
    waiting_[waiting_count_++] = {number, unit, key};
    if (waiting_count_ == kWaitingMax) merge_waiting(merge);
    return;
  }
  if (found.data() == nullptr) found = cache_.encode_new(unit.bytes, unit.part, key, merge);
  set(number, found);
  if (!is_listed(number)) learn(unit, words_[number]);
}

template <class Merge>
void UnitWords::merge_waiting(const Merge& merge) {
  if (waiting_count_ == 0) return;
  ShortRow rows[kWaitingMax];
  const std::span<const Waiting> waiting(waiting_.data(), waiting_count_);
  waiting_count_ = 0;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    merge.start(waiting[i].unit.bytes, waiting[i].unit.part, rows[i]);
  }
  merge.merge_rows(std::span(rows, waiting.size()));
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const auto& [number, unit, key] = waiting[i];
    set(number, rows[i].view());
    const bool has_word = !is_listed(number);
    if (has_word) learn(unit, words_[number]);
    if (!has_word || unit.code_point >= CharWords::kChars) {
      cache_.insert_if_new(unit.bytes, unit.part, key, rows[i].view());
    }
  }
  for (const Repeat& repeat : repeats_) {
    const std::uint64_t word = words_[repeat.number] = words_[repeat.other];
    if (is_listed(repeat.number)) repeated_ids_ += id_words::listed(layout_, word).count;
  }
  repeats_.clear();
}

}  // namespace corpusmill
