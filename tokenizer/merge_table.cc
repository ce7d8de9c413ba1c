#include "tokenizer/merge_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr unsigned kIdBits = 22, kIndexBits = 20;
constexpr std::uint64_t kIndexMask = (std::uint64_t{1} << kIndexBits) - 1;
constexpr std::uint64_t kEmpty = ~std::uint64_t{0};
constexpr std::uint32_t kNoRank = std::numeric_limits<std::uint32_t>::max();

std::uint64_t pair_of(TokenId left, TokenId right) {
  return std::uint64_t{left} << kIdBits | right;
}

// The last of the entries of every pair, by rank; equal ranks in the order given.
std::vector<MergeTable::Merge> sorted_merges(std::vector<MergeTable::Merge> merges) {
  using Merge = MergeTable::Merge;
  const auto by_pair = [](const Merge& a, const Merge& b) {
    return pair_of(a.left, a.right) < pair_of(b.left, b.right);
  };
  const auto same_pair = [](const Merge& a, const Merge& b) {
    return a.left == b.left && a.right == b.right;
  };
  std::reverse(merges.begin(), merges.end());
  std::stable_sort(merges.begin(), merges.end(), by_pair);
  merges.erase(std::unique(merges.begin(), merges.end(), same_pair), merges.end());
  std::stable_sort(merges.begin(), merges.end(),
                   [](const Merge& a, const Merge& b) { return a.rank < b.rank; });
  return merges;
}

// A row that is merged: neighbours by index, so that joining is O(1).
struct Row {
  std::vector<std::uint32_t> next, previous;
  std::vector<std::uint32_t> merge_index;  // of the pair that starts here
  std::vector<std::uint64_t> heap;         // rank << 32 | position; the lowest on top
};

}  // namespace

MergeTable::MergeTable(std::vector<Merge> merges) {
  for (const Merge& merge : merges) {
    if (std::max({merge.left, merge.right, merge.result}) >= kIdsMax) {
      throw Error(ExitCode::kMismatch,
                  fmt::format("a merge of ids {} and {} to {}: ids of merges end at {}", merge.left,
                              merge.right, merge.result, kIdsMax - 1));
    }
  }
  merges = sorted_merges(std::move(merges));
  if (merges.size() > kMergesMax) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{} merges; at most {} are supported", merges.size(), kMergesMax));
  }
  const std::size_t lines = std::bit_ceil(merges.size() / 4 + 2);
  line_shift_ = 64 - static_cast<unsigned>(std::countr_zero(lines));
  lines_.resize(lines);
  for (Line& line : lines_) std::fill(std::begin(line.slots), std::end(line.slots), kEmpty);
  std::uint32_t rank = 0;
  for (std::size_t index = 0; index < merges.size(); ++index) {
    const Merge& merge = merges[index];
    if (index > 0 && merge.rank != merges[index - 1].rank) ++rank;
    ranks_.push_back(rank);
    results_.push_back(merge.result);
    const std::uint64_t pair = pair_of(merge.left, merge.right);
    std::size_t at = line_of(pair);
    while (lines_[at].slots[kLineSlots - 1] != kEmpty) at = (at + 1) & (lines - 1);
    *std::find(lines_[at].slots, lines_[at].slots + kLineSlots, kEmpty) =
        pair << kIndexBits | index;
  }
}

std::size_t MergeTable::line_of(std::uint64_t pair) const {
  return static_cast<std::size_t>(pair * 0x9E3779B97F4A7C15U >> line_shift_);
}

MergeTable::MergeIndex MergeTable::find(TokenId left, TokenId right) const {
  if ((left | right) >= kIdsMax) return kNone;
  const std::uint64_t pair = pair_of(left, right);
  for (std::size_t at = line_of(pair);; at = (at + 1) & (lines_.size() - 1)) {
    for (const std::uint64_t slot : lines_[at].slots) {
      if (slot >> kIndexBits == pair) return static_cast<MergeIndex>(slot & kIndexMask);
    }
    if (lines_[at].slots[kLineSlots - 1] == kEmpty) return kNone;
  }
}

std::size_t MergeTable::merge(std::span<TokenId> symbols) const {
  return symbols.size() <= kShortMax ? merge_short(symbols) : merge_long(symbols);
}

std::size_t MergeTable::merge_short(std::span<TokenId> symbols) const {
  MergeIndex indexes[kShortMax];  // of the pair that starts here
  std::uint32_t ranks[kShortMax];
  std::size_t count = symbols.size();
  const auto look_up = [&](std::size_t at) {
    indexes[at] = at + 1 < count ? find(symbols[at], symbols[at + 1]) : kNone;
    ranks[at] = indexes[at] == kNone ? kNoRank : ranks_[indexes[at]];
  };
  for (std::size_t i = 0; i < count; ++i) look_up(i);
  while (count > 1) {
    std::size_t best = 0;
    for (std::size_t i = 1; i + 1 < count; ++i) best = ranks[i] < ranks[best] ? i : best;
    if (ranks[best] == kNoRank) break;
    symbols[best] = results_[indexes[best]];
    --count;
    for (std::size_t i = best + 1; i < count; ++i) {
      symbols[i] = symbols[i + 1];
      indexes[i] = indexes[i + 1];
      ranks[i] = ranks[i + 1];
    }
    look_up(best);
    if (best > 0) look_up(best - 1);
  }
  return count;
}

std::size_t MergeTable::merge_long(std::span<TokenId> symbols) const {
  constexpr std::uint32_t kEnd = std::numeric_limits<std::uint32_t>::max();
  thread_local Row row;
  const auto count = static_cast<std::uint32_t>(symbols.size());
  row.next.resize(count);
  row.previous.resize(count);
  row.merge_index.resize(count);
  row.heap.clear();
  const auto propose = [&](std::uint32_t at) {
    const std::uint32_t next = row.next[at];
    const MergeIndex index = next == kEnd ? kNone : find(symbols[at], symbols[next]);
    row.merge_index[at] = index;
    if (index != kNone) row.heap.push_back(std::uint64_t{ranks_[index]} << 32 | at);
    return index != kNone;
  };
  for (std::uint32_t i = 0; i < count; ++i) {
    row.next[i] = i + 1 < count ? i + 1 : kEnd;
    row.previous[i] = i > 0 ? i - 1 : kEnd;
    propose(i);
  }
  std::make_heap(row.heap.begin(), row.heap.end(), std::greater<>());
  while (!row.heap.empty()) {
    std::pop_heap(row.heap.begin(), row.heap.end(), std::greater<>());
    const std::uint64_t top = row.heap.back();
    row.heap.pop_back();
    const auto at = static_cast<std::uint32_t>(top);
    const MergeIndex index = row.merge_index[at];
    if (index == kNone || ranks_[index] != top >> 32) continue;  // the pair has changed since
    const std::uint32_t joined = row.next[at];
    row.merge_index[joined] = kNone;
    symbols[at] = results_[index];
    row.next[at] = row.next[joined];
    if (row.next[at] != kEnd) row.previous[row.next[at]] = at;
    if (propose(at)) std::push_heap(row.heap.begin(), row.heap.end(), std::greater<>());
    const std::uint32_t before = row.previous[at];
    if (before != kEnd && propose(before)) {
      std::push_heap(row.heap.begin(), row.heap.end(), std::greater<>());
    }
  }
  std::size_t left = 0;
  for (std::uint32_t at = 0; at != kEnd; at = row.next[at]) symbols[left++] = symbols[at];
  return left;
}

}  // namespace corpusmill
