#include "tokenizer/bpe/merge_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "common/error.h"
#include "tokenizer/bpe/long_row.h"
#include "tokenizer/bpe/merge_table_simd.h"
#include "tokenizer/bpe/row_windows.h"

namespace corpusmill {
namespace {

std::uint64_t pair_of(TokenId left, TokenId right) {
  return std::uint64_t{left} << 32 | right;
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

// Rows of like length together: a set takes as long as its longest.
template <std::size_t kRowsMax>
std::array<ShortRow*, kRowsMax> longest_first(std::span<ShortRow> rows) {
  constexpr std::size_t kSizes = ShortRow::kSymbolsMax + 1;
  std::array<std::uint8_t, kSizes + 1> begins{};  // of the rows that are so much shorter
  static_assert(kRowsMax < 256);
  for (const ShortRow& row : rows) ++begins[kSizes - row.count];
  for (std::size_t i = 1; i <= kSizes; ++i) begins[i] += begins[i - 1];
  std::array<ShortRow*, kRowsMax> order;
  for (ShortRow& row : rows) order[begins[kSizes - 1 - row.count]++] = &row;
  return order;
}

void refuse(const std::string& what) {
  throw Error(ExitCode::kMismatch, fmt::format("{}: that is not supported", what));
}

}  // namespace

MergeTable::MergeTable(const std::vector<Merge>& merges)
    : merge_(choose_merge_table_simd()),
      merge_lanes_(choose_merge_lanes(merges.size() >= kFarMerges)),
      merge_many_lanes_(choose_merge_lanes(true)) {
  if (merge_ == nullptr) {
    merge_ = [](const MergeTable& table, std::span<TokenId> symbols) {
      return table.merge_portably(symbols);
    };
  }
  if (merges.size() > kMergesMax) refuse(fmt::format("{} merges", merges.size()));
  for (const Merge& merge : merges) {
    const TokenId largest = std::max({merge.left, merge.right, merge.result});
    if (largest >= kIdsMax) refuse(fmt::format("a merge with the id {}", largest));
  }
  const auto by_rank = [](const Merge& a, const Merge& b) { return a.rank < b.rank; };
  if (std::is_sorted(merges.begin(), merges.end(), by_rank)) {
    fill(merges);
  } else {
    fill(sorted_merges(merges));
  }
}

void MergeTable::fill(const std::vector<Merge>& merges) {
  grid_first_ = grid_first(merges);
  grid_ = HugeArray<Rank>(std::size_t{kGridIds} * kGridIds);
  std::fill(grid_.begin(), grid_.end(), kNone);
  rank_results(merges);
  std::vector<PairRanks::Entry> pairs(merges.size());
  Rank rank = 0;
  for (std::size_t i = 0; i < merges.size(); ++i) {
    const auto& [left, right, result, given] = merges[i];
    if (i > 0 && given != merges[i - 1].rank) ++rank;
    pairs[i] = {left, right, rank};
    const TokenId row = left - grid_first_, column = right - grid_first_;
    if ((row | column) < kGridIds) grid_[row * kGridIds + column] = rank;
    if (!results_.empty() && results_[rank] == kAmbiguous) {
      ambiguous_results_.insert_or_assign(pair_of(left, right), result);
    }
  }
  pairs_ = PairRanks(pairs);
}

TokenId MergeTable::grid_first(const std::vector<Merge>& merges) {
  std::vector<bool> is_made;
  for (const Merge& merge : merges) {
    const TokenId largest = std::max({merge.left, merge.right, merge.result});
    if (largest >= is_made.size()) is_made.resize(largest + std::size_t{1});
    is_made[merge.result] = true;
  }
  // How many pairs more, or fewer, a grid has that begins with this id than one id before.
  std::vector<std::int32_t> change(is_made.size() + 1);
  for (const Merge& merge : merges) {
    const auto [low, high] = std::minmax(merge.left, merge.right);
    if (is_made[low] || is_made[high] || high - low >= kGridIds) continue;
    ++change[high - std::min(high, kGridIds - 1)];
    --change[low + 1];
  }
  TokenId best = 0;
  std::int32_t pairs = 0, most = 0;
  for (TokenId first = 0; first < change.size(); ++first) {
    pairs += change[first];
    if (pairs > most) best = first;
    most = std::max(most, pairs);
  }
  return best;
}

void MergeTable::rank_results(const std::vector<Merge>& merges) {
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
}

TokenId MergeTable::ambiguous_result_of(TokenId left, TokenId right) const {
  return ambiguous_results_.at(pair_of(left, right));
}

std::size_t MergeTable::merge_portably(std::span<TokenId> symbols) const {
  return symbols.size() <= kRowMax ? merge_row(symbols) : merge_long(symbols);
}

void MergeTable::merge_rows(std::span<ShortRow> rows) const {
  // A lane takes as long as all of them.
  constexpr std::size_t kLanesRowsMin = 6;
  if (merge_lanes_ == nullptr || rows.size() < kLanesRowsMin) {
    for (ShortRow& row : rows) {
      row.count = static_cast<std::uint32_t>(merge({row.symbols, row.count}));
    }
    return;
  }
  constexpr std::size_t kSets = 8, kFewSets = 2, kRowsMax = kSets * LaneRows::kRows;
  static_assert(ShortRow::kSymbolsMax <= LaneRows::kSymbolsMax);
  LaneRows sets[kSets];
  for (; !rows.empty(); rows = rows.subspan(std::min(rows.size(), kRowsMax))) {
    const std::size_t count = std::min(rows.size(), kRowsMax);
    const std::array<ShortRow*, kRowsMax> order = longest_first<kRowsMax>(rows.first(count));
    const std::size_t set_count = (count + LaneRows::kRows - 1) / LaneRows::kRows;
    for (std::size_t i = 0; i < set_count * LaneRows::kRows; ++i) {
      LaneRows& set = sets[i / LaneRows::kRows];
      const std::size_t lane = i % LaneRows::kRows, size = i < count ? order[i]->count : 0;
      set.set_size(lane, size);
      for (std::size_t j = 0; j < size; ++j) set.put(lane, j, order[i]->symbols[j]);
    }
    (set_count <= kFewSets ? merge_lanes_ : merge_many_lanes_)(*this, sets, set_count);
    for (std::size_t i = 0; i < count; ++i) {
      const LaneRows& set = sets[i / LaneRows::kRows];
      const std::size_t lane = i % LaneRows::kRows;
      ShortRow& row = *order[i];
      row.count = 0;
      for (std::uint32_t places = set.places[lane]; places != 0; places &= places - 1) {
        row.symbols[row.count++] = set.symbols[std::countr_zero(places)][lane];
      }
    }
  }
}

void MergeTable::merge_rows(std::span<TokenId> symbols, std::span<std::uint32_t> ends) const {
  if (merge_lanes_ != nullptr && symbols.size() >= kLanesSymbolsMin) {
    thread_local RowWindows windows;
    return windows.merge(*this, merge_lanes_, symbols, ends);
  }
  std::uint32_t begin = 0, merged = 0;
  for (std::uint32_t& end : ends) {
    const std::span<TokenId> row = symbols.subspan(begin, end - begin);
    const std::size_t count = merge(row);
    std::copy_n(row.begin(), count, symbols.begin() + merged);
    begin = end;
    end = merged += static_cast<std::uint32_t>(count);
  }
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

std::size_t MergeTable::merge_long(std::span<TokenId> symbols,
                                   std::vector<std::uint32_t>* begins) const {
  if (merge_lanes_ != nullptr && symbols.size() >= kLanesSymbolsMin) {
    thread_local RowWindows windows;
    auto end = static_cast<std::uint32_t>(symbols.size());
    windows.merge(*this, merge_lanes_, symbols, {&end, 1}, begins);
    return end;
  }
  thread_local LongRow row;
  return row.merge(*this, symbols, begins);
}

}  // namespace corpusmill
