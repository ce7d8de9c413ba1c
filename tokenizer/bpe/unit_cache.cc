#include "tokenizer/bpe/unit_cache.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace corpusmill {
namespace {

constexpr std::size_t kGrowth = 4;
constexpr std::size_t kLinesMin = std::size_t{1} << 10;
// A unit is looked for in this many lines from its own; beyond, it is forgotten.
constexpr std::size_t kLinesLooked = 4;
constexpr std::size_t kIdsMax = std::size_t{1} << 20;

}  // namespace

UnitCache::UnitCache(const unit_keys::Functions& functions) : functions_(functions) {
  reset(kLinesMin);
}

void UnitCache::use_for(std::uint64_t owner) {
  waiting_count_ = 0;  // nothing waits but after an exception
  marks_.clear();
  if (owner_ == owner) return;
  if (owner_ != 0) {
    chars_.clear();
    short_units_.clear();
    reset(kLinesMin);
    long_units_.clear();
  }
  owner_ = owner;
}

void UnitCache::reset(std::size_t lines) {
  lines_ = HugeArray<Line>(lines);
  use_lines();
  ids_.clear();
}

void UnitCache::use_lines() {
  offset_mask_ = static_cast<std::uint32_t>((lines_.size() - 1) * sizeof(Line));
  used_ = 0;
}

void UnitCache::prepare(std::string_view text, std::uint32_t begin,
                        std::span<const std::uint32_t> ends, bool has_parts, Probes& probes) const {
  const auto prepare_some = has_parts ? functions_.prepare_parts : functions_.prepare;
  const char* const lines = reinterpret_cast<const char*>(lines_.data());
  const auto begin_of = [&](std::size_t i) { return i == 0 ? begin : ends[i - 1] & ~kPart; };
  probes.long_units = 0;
  // A key is loaded as 16 bytes; those near the text's end come from a copy that has them.
  std::size_t near = ends.size();
  while (near > 0 && begin_of(near - 1) + sizeof(UnitKey) > text.size()) --near;
  if (near > 0) {
    prepare_some(text.data(), &begin, ends.first(near), offset_mask_, lines, probes, 0);
  }
  if (near < ends.size()) prepare_tail(text, begin_of(near), ends, near, prepare_some, probes);
  for (std::uint64_t left = probes.long_units; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    prepare_long(text.substr(begin_of(i), (ends[i] & ~kPart) - begin_of(i)), probes.keys[i]);
  }
}

void UnitCache::prepare_tail(std::string_view text, std::uint32_t begin,
                             std::span<const std::uint32_t> ends, std::size_t near,
                             unit_keys::Prepare prepare_some, Probes& probes) const {
  const std::size_t tail_begin = text.size() - std::min(text.size(), sizeof(UnitKey));
  char tail[2 * sizeof(UnitKey)] = {};
  std::memcpy(tail, text.data() + tail_begin, text.size() - tail_begin);
  std::uint32_t tail_ends[sizeof(UnitKey)];
  const std::size_t count = ends.size() - near;
  for (std::size_t i = 0; i < count; ++i) {
    tail_ends[i] = ends[near + i] - static_cast<std::uint32_t>(tail_begin);  // flags stay
  }
  const std::uint32_t tail_first = begin - static_cast<std::uint32_t>(tail_begin);
  const char* const lines = reinterpret_cast<const char*>(lines_.data());
  prepare_some(tail, &tail_first, std::span(tail_ends, count), offset_mask_, lines, probes, near);
}

void UnitCache::prepare_scattered(std::string_view text, const std::uint32_t* begins,
                                  std::span<const std::uint32_t> ends, Probes& probes) const {
  const char* const lines = reinterpret_cast<const char*>(lines_.data());
  probes.long_units = 0;
  std::size_t near = ends.size();
  while (near > 0 && begins[near - 1] + sizeof(UnitKey) > text.size()) --near;
  functions_.prepare_scattered(text.data(), begins, ends.first(near), offset_mask_, lines, probes,
                               0);
  // As in prepare(), one by one.
  for (; near < ends.size(); ++near) {
    char bytes[sizeof(UnitKey)] = {};
    const std::string_view tail = text.substr(begins[near]);
    std::memcpy(bytes, tail.data(), std::min(tail.size(), sizeof bytes));
    const std::uint32_t end = ends[near] - begins[near];  // its flag stays
    const std::uint32_t begin = 0;
    functions_.prepare_scattered(bytes, &begin, {&end, 1}, offset_mask_, lines, probes, near);
  }
  for (std::uint64_t left = probes.long_units; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    prepare_long(text.substr(begins[i], (ends[i] & ~kPart) - begins[i]), probes.keys[i]);
  }
}

void UnitCache::wait(std::string_view unit, bool part, const UnitKey& key, std::size_t place) {
  Waiting& waiting = waiting_[waiting_count_++];
  waiting.key = key;
  waiting.place = place;
  waiting.marks = marks_.size();
  if (unit.size() > kShortBytesMax) std::memcpy(waiting.bytes, unit.data(), unit.size());
  waiting.size = static_cast<std::uint8_t>(unit.size());
  waiting.part = part;
}

void UnitCache::put_in_place(std::span<const Waiting> waiting, ShortRow* const* rows,
                             std::vector<TokenId>& out) {
  std::size_t end = out.size(), missing = 0;
  for (std::size_t i = 0; i < waiting.size(); ++i) missing += rows[i]->count;
  out.resize(end + missing);
  std::size_t marks_end = marks_.size();
  for (std::size_t i = waiting.size(); i > 0; --i) {
    const auto place = [&](std::size_t at) {
      return out.begin() + static_cast<std::ptrdiff_t>(at);
    };
    const std::size_t begin = waiting[i - 1].place;
    while (marks_end > waiting[i - 1].marks) marks_[--marks_end] += missing;
    std::move_backward(place(begin), place(end), place(end + missing));
    const std::span<const TokenId> ids = rows[i - 1]->view();
    missing -= ids.size();
    std::copy(ids.begin(), ids.end(), place(begin + missing));
    end = begin;
  }
}

std::span<const TokenId> UnitCache::find_any(std::string_view unit, bool part, const UnitKey& key,
                                             std::uint32_t offset) {
  if (unit.size() <= kShortBytesMax) return find(key, offset);
  if (unit.size() > kLongBytesMax) return {};
  return long_units_.find(unit, part, key.low);
}

void UnitCache::insert_any(std::string_view unit, bool part, const UnitKey& key,
                           std::span<const TokenId> ids) {
  if (unit.size() <= kShortBytesMax) {
    insert(key, offset_of(key), ids);
  } else if (unit.size() <= kLongBytesMax) {
    long_units_.insert(unit, part, key.low, ids);
  }
}

std::span<const TokenId> UnitCache::find(const UnitKey& key, std::uint32_t offset) {
  for (std::size_t step = 0; step < kLinesLooked; ++step) {
    const Line& line = line_at(offset, step);
    for (const Entry& entry : line.entries) {
      if (unit_keys::difference(entry, key) != 0) continue;
      if (entry.is_elsewhere()) return {ids_.data() + entry.ids[0], entry.ids[1]};
      if (!entry.is_packed()) return {entry.ids, entry.count()};
      entry.unpack(unpacked_);
      return {unpacked_, entry.count()};
    }
    // Lines fill from their first entry, and a unit goes beyond a full one only.
    if (line.entries[1].high == 0) return {};
  }
  return {};
}

UnitCache::Entry* UnitCache::free_entry(std::size_t offset) {
  if (used_ >= kLinesMax / 2 * 3) return nullptr;  // of 2 * kLinesMax
  for (std::size_t step = 0; step < kLinesLooked; ++step) {
    for (Entry& entry : line_at(offset, step).entries) {
      if (entry.high == 0) return &entry;
    }
  }
  return nullptr;
}

void UnitCache::insert(const UnitKey& key, std::uint32_t offset, std::span<const TokenId> ids) {
  const bool packs = ids.size() > Entry::kIds && ids.size() <= Entry::kPackedIds &&
                     std::all_of(ids.begin(), ids.end(), [](TokenId id) { return id < 0x10000; });
  const bool is_elsewhere = ids.size() > Entry::kIds && !packs;
  if (is_elsewhere && ids_.size() + ids.size() > kIdsMax) reset(lines_.size());
  Entry* entry = free_entry(offset);
  if (entry != nullptr) {
    ++used_;
  } else {
    entry = &line_at(offset, 0).entries[1];
  }
  entry->low = key.low;
  entry->high = key.high;
  std::fill(std::begin(entry->ids), std::end(entry->ids), TokenId{0});
  if (is_elsewhere) {
    entry->high |= Entry::kElsewhere;
    entry->ids[0] = static_cast<TokenId>(ids_.size());
    entry->ids[1] = static_cast<TokenId>(ids.size());
    ids_.insert(ids_.end(), ids.begin(), ids.end());
    return;
  }
  entry->high |= static_cast<std::uint64_t>(ids.size() - 1) << Entry::kCountShift;
  if (packs) {
    std::uint16_t packed[2 * Entry::kIds] = {};
    std::transform(ids.begin(), ids.end(), packed,
                   [](TokenId id) { return static_cast<std::uint16_t>(id); });
    std::memcpy(entry->ids, packed, sizeof packed);
  } else {
    std::copy(ids.begin(), ids.end(), entry->ids);
  }
}

// A unit may wait twice.
void UnitCache::insert_if_new(std::string_view unit, bool part, const UnitKey& key,
                              std::span<const TokenId> ids) {
  const bool is_new = find_any(unit, part, key, offset_of(key)).data() == nullptr;
  if (is_new) insert_any(unit, part, key, ids);
}

void UnitCache::grow() {
  HugeArray<Line> old(lines_.size() * kGrowth);
  std::swap(old, lines_);
  use_lines();
  for (const Line& line : old) {
    for (const Entry& entry : line.entries) {
      if (entry.high == 0) continue;
      if (Entry* const place = free_entry(offset_of(entry.key()))) {
        *place = entry;
        ++used_;
      }
    }
  }
}

}  // namespace corpusmill
