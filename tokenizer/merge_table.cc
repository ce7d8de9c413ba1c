#include "tokenizer/merge_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "common/error.h"
#include "tokenizer/long_row.h"
#include "tokenizer/merge_table_simd.h"

namespace corpusmill {
namespace {

constexpr unsigned kIdBits = 22, kRankBits = 20;
constexpr std::uint64_t kRankMask = (std::uint64_t{1} << kRankBits) - 1;
constexpr std::uint64_t kEmpty = 0;  // no merge has rank kNone

std::uint64_t pair_of(TokenId left, TokenId right) {
  return std::uint64_t{left} << kIdBits | right;
}

// The last of the entries of every pair, by rank.
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
  std::sort(merges.begin(), merges.end(),
            [](const Merge& a, const Merge& b) { return a.rank < b.rank; });
  return merges;
}

void refuse(const std::string& what) {
  throw Error(ExitCode::kMismatch, fmt::format("{}: that is not supported", what));
}

}  // namespace

MergeTable::MergeTable(std::vector<Merge> merges)
    : merge_(choose_merge_table_simd()), merge_rows_(choose_merge_rows_simd()) {
  if (merge_ == nullptr) {
    merge_ = [](const MergeTable& table, std::span<TokenId> symbols) {
      return table.merge_portably(symbols);
    };
  }
  if (merge_rows_ == nullptr) {
    merge_rows_ = [](const MergeTable& table, std::span<ShortRow> rows) {
      for (ShortRow& row : rows) {
        const std::size_t count = table.merge_portably({row.symbols, row.count});
        row.count = static_cast<std::uint32_t>(count);
      }
    };
  }
  if (merges.size() > kMergesMax) refuse(fmt::format("{} merges", merges.size()));
  for (const Merge& merge : merges) {
    const TokenId largest = std::max({merge.left, merge.right, merge.result});
    if (largest >= kIdsMax) refuse(fmt::format("a merge with the id {}", largest));
  }
  const auto by_rank = [](const Merge& a, const Merge& b) { return a.rank < b.rank; };
  if (!std::is_sorted(merges.begin(), merges.end(), by_rank)) {
    merges = sorted_merges(std::move(merges));
  }
  const std::size_t lines = std::bit_ceil(merges.size() / 5 + 2);
  line_shift_ = 64 - static_cast<unsigned>(std::countr_zero(lines));
  lines_ = HugeArray<Line>(lines);
  grid_ = HugeArray<Rank>(std::size_t{kGridIds} * kGridIds);
  std::fill(grid_.begin(), grid_.end(), kNone);
  // From the last to the first, for of a pair that is repeated the last counts.
  for (std::size_t end = merges.size(), rank = rank_results(merges); end > 0; --rank) {
    std::size_t begin = end - 1;
    while (begin > 0 && merges[begin - 1].rank == merges[end - 1].rank) --begin;
    for (; end > begin; --end) insert(merges[end - 1], static_cast<Rank>(rank - 1));
  }
}

std::size_t MergeTable::rank_results(const std::vector<Merge>& merges) {
  bool in_order = true;
  for (std::size_t i = 0; i < merges.size(); ++i) {
    if (i == 0 || merges[i].rank != merges[i - 1].rank) results_.push_back(merges[i].result);
    if (merges[i].result != results_.back()) results_.back() = kAmbiguous;
    in_order = in_order && results_.back() == merges[0].result + (results_.size() - 1);
  }
  const std::size_t ranks = results_.size();
  ranks_ = static_cast<Rank>(ranks);
  if (ranks > kRanksMax) refuse(fmt::format("merges of {} different ranks", ranks));
  if (in_order && ranks > 0) {
    first_result_ = merges[0].result;
    results_ = {};
  }
  return ranks;
}

void MergeTable::insert(const Merge& merge, Rank rank) {
  if (find(merge.left, merge.right) != kNone) return;
  const std::uint64_t pair = pair_of(merge.left, merge.right);
  if (!results_.empty() && results_[rank] == kAmbiguous) {
    ambiguous_results_.emplace(pair, merge.result);
  }
  if ((merge.left | merge.right) < kGridIds) grid_[merge.left * kGridIds + merge.right] = rank;
  std::size_t at = line_of(pair);
  while (lines_[at].slots[kLineSlots - 1] != kEmpty) at = (at + 1) & (lines_.size() - 1);
  *std::find(std::begin(lines_[at].slots), std::end(lines_[at].slots), kEmpty) =
      pair << kRankBits | (kNone - rank);
}

MergeTable::Rank MergeTable::find(TokenId left, TokenId right) const {
  if (std::max(left, right) < kGridIds) return grid_[left * kGridIds + right];
  if (std::max(left, right) >= kIdsMax) return kNone;
  const std::uint64_t pair = pair_of(left, right);
  for (std::size_t at = line_of(pair);; at = (at + 1) & (lines_.size() - 1)) {
    for (const std::uint64_t slot : lines_[at].slots) {
      if (slot >> kRankBits == pair) return kNone - static_cast<Rank>(slot & kRankMask);
    }
    if (lines_[at].slots[kLineSlots - 1] == kEmpty) return kNone;
  }
}

TokenId MergeTable::ambiguous_result_of(TokenId left, TokenId right) const {
  return ambiguous_results_.at(pair_of(left, right));
}

std::size_t MergeTable::merge_portably(std::span<TokenId> symbols) const {
  return symbols.size() <= kRowMax ? merge_row(symbols) : merge_long(symbols);
}

std::size_t MergeTable::merge_row(std::span<TokenId> symbols) const {
  Rank ranks[kRowMax];  // of the pair that starts here
  std::size_t count = symbols.size();
  const auto look_up = [&](std::size_t at) {
    ranks[at] = at + 1 < count ? find(symbols[at], symbols[at + 1]) : kNone;
  };
  for (std::size_t i = 0; i < count; ++i) look_up(i);
  while (count > 1) {
    std::size_t best = 0;
    for (std::size_t i = 1; i + 1 < count; ++i) best = ranks[i] < ranks[best] ? i : best;
    if (ranks[best] == kNone) break;
    symbols[best] = result_of(ranks[best], symbols[best], symbols[best + 1]);
    --count;
    for (std::size_t i = best + 1; i < count; ++i) {
      symbols[i] = symbols[i + 1];
      ranks[i] = ranks[i + 1];
    }
    look_up(best);
    if (best > 0) look_up(best - 1);
  }
  return count;
}

std::size_t MergeTable::merge_long(std::span<TokenId> symbols) const {
  thread_local LongRow row;
  return row.merge(*this, symbols);
}

}  // namespace corpusmill
