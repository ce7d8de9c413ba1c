#include "tokenizer/bpe/long_row.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace corpusmill {
namespace {

constexpr std::uint32_t kEnd = std::numeric_limits<std::uint32_t>::max();

}  // namespace

std::size_t LongRow::merge(const MergeTable& table, std::span<TokenId> symbols,
                           std::vector<std::uint32_t>* begins) {
  last_row_.clear();
  for (std::size_t size = window_; !merge_in_windows(table, symbols, size);) size *= 2;
  std::copy(merged_.begin(), merged_.end(), symbols.begin());
  if (begins != nullptr) *begins = merged_begins_;
  return merged_.size();
}

bool LongRow::merge_in_windows(const MergeTable& table, std::span<const TokenId> row,
                               std::size_t size) {
  merged_.clear();
  merged_begins_.clear();
  std::size_t begin = 0;
  merge_window(table, row, begin, size, here_);
  while (begin + size < row.size()) {
    const std::size_t agreed = merge_next(table, row, begin, size, here_, there_);
    if (agreed == 0) return false;
    append(here_, agreed, begin);
    begin += here_.begins[agreed];
    std::swap(here_, there_);
  }
  append(here_, here_.symbols.size(), begin);
  return true;
}

// The first `count` symbols of a window that begins at row[begin].
void LongRow::append(const Window& window, std::size_t count, std::size_t begin) {
  merged_.insert(merged_.end(), window.symbols.begin(),
                 window.symbols.begin() + static_cast<std::ptrdiff_t>(count));
  for (const std::uint32_t place : std::span(window.begins).first(count)) {
    merged_begins_.push_back(static_cast<std::uint32_t>(begin) + place);
  }
}

std::size_t LongRow::merge_next(const MergeTable& table, std::span<const TokenId> row,
                                std::size_t begin, std::size_t size, const Window& here,
                                Window& there) {
  constexpr int kTries = 3;
  std::size_t overlap = size / 8;
  for (int i = 0; i < kTries; ++i, overlap *= 2) {
    const auto place = static_cast<std::uint32_t>(size - overlap);
    const auto behind = std::upper_bound(here.begins.begin(), here.begins.end(), place);
    const auto at = static_cast<std::size_t>(behind - here.begins.begin()) - 1;
    if (at == 0) return 0;
    merge_window(table, row, begin + here.begins[at], size, there);
    const auto end_of_first = [](const Window& window, std::size_t first) {
      return first + 1 < window.begins.size() ? window.begins[first + 1] : kEnd;
    };
    if (here.symbols[at] == there.symbols[0] && end_of_first(here, at) != kEnd &&
        end_of_first(here, at) - here.begins[at] == end_of_first(there, 0)) {
      return at;
    }
  }
  return 0;
}

void LongRow::propose(const MergeTable& table, std::uint32_t at) {
  const std::uint32_t next = next_[at];
  const Rank rank =
      next == kEnd ? Rank{MergeTable::kNone} : table.find(symbols_[at], symbols_[next]);
  ranks_[at] = rank;
  if (rank == MergeTable::kNone) return;
  if (rank > current_) {
    queue_.put(rank, at);
  } else {
    urgent_.push_back(std::uint64_t{rank} << 32 | at);
    std::push_heap(urgent_.begin(), urgent_.end(), std::greater<>());
  }
}

void LongRow::join(const MergeTable& table, std::uint32_t at, Rank rank) {
  if (ranks_[at] != rank) return;  // the pair has changed since
  const std::uint32_t joined = next_[at];
  ranks_[joined] = MergeTable::kNone;
  symbols_[at] = table.result_of(rank, symbols_[at], symbols_[joined]);
  next_[at] = next_[joined];
  if (next_[at] != kEnd) previous_[next_[at]] = at;
  propose(table, at);
  if (previous_[at] != kEnd) propose(table, previous_[at]);
}

void LongRow::merge_window(const MergeTable& table, std::span<const TokenId> row, std::size_t begin,
                           std::size_t size, Window& window) {
  row = row.subspan(begin, std::min(size, row.size() - begin));
  if (std::equal(row.begin(), row.end(), last_row_.begin(), last_row_.end())) {
    window = last_;
    return;
  }
  merge_afresh(table, row, window);
  last_row_.assign(row.begin(), row.end());
  last_ = window;
}

void LongRow::merge_afresh(const MergeTable& table, std::span<const TokenId> row, Window& window) {
  const auto count = static_cast<std::uint32_t>(row.size());
  symbols_.assign(row.begin(), row.end());
  next_.resize(count);
  previous_.resize(count);
  ranks_.resize(count);
  urgent_.clear();
  queue_.start(table.ranks_);
  for (std::uint32_t i = 0; i < count; ++i) {
    next_[i] = i + 1 < count ? i + 1 : kEnd;
    previous_[i] = i > 0 ? i - 1 : kEnd;
    ranks_[i] = i + 1 < count ? table.find(row[i], row[i + 1]) : Rank{MergeTable::kNone};
    if (ranks_[i] != MergeTable::kNone) queue_.put(ranks_[i], i);
  }
  while ((current_ = queue_.take_lowest(places_)) < table.ranks_) {
    const std::uint64_t rank_bits = std::uint64_t{current_} << 32;
    for (std::size_t i = 0; i < places_.size() || !urgent_.empty();) {
      const bool next_is_urgent =
          !urgent_.empty() && (i == places_.size() || urgent_.front() < (rank_bits | places_[i]));
      if (!next_is_urgent) {
        join(table, places_[i++], current_);
        continue;
      }
      std::pop_heap(urgent_.begin(), urgent_.end(), std::greater<>());
      const std::uint64_t first = urgent_.back();
      urgent_.pop_back();
      join(table, static_cast<std::uint32_t>(first), static_cast<Rank>(first >> 32));
    }
  }
  window.symbols.clear();
  window.begins.clear();
  for (std::uint32_t at = 0; at != kEnd; at = next_[at]) {
    window.symbols.push_back(symbols_[at]);
    window.begins.push_back(at);
  }
}

}  // namespace corpusmill
