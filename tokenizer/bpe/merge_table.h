// Byte-pair merges over a row of symbols: of all adjacent pairs that have a merge, the one of
// lowest rank is joined, the leftmost among equal ranks, until none is left (Sennrich et al. 2016).
// Knows ids alone; bytes, characters and text are the caller's. Serves byte-level and
// character-level BPE.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "common/huge_array.h"
#include "common/token_id.h"
#include "tokenizer/bpe/merge_lanes.h"
#include "tokenizer/bpe/pair_ranks.h"
#include "tokenizer/bpe/short_row.h"

namespace corpusmill {

class MergeTable {
 public:
  // left + right become result; the lower rank goes first. Ranks may repeat.
  struct Merge {
    TokenId left, right, result;
    std::uint32_t rank;
  };
  static constexpr TokenId kIdsMax = PairRanks::kIdsMax;
  static constexpr std::size_t kRanksMax = PairRanks::kNone;
  static constexpr std::size_t kMergesMax = std::size_t{1} << 22;

  // Of a repeated pair the last entry counts. Throws Error kMismatch for an id of kIdsMax or more,
  // more than kMergesMax merges or kRanksMax different ranks.
  explicit MergeTable(const std::vector<Merge>& merges);

  // Merges `symbols` in place and returns how many are left at the front; what stands behind them
  // means nothing. A symbol that is in no merge stays as it is, ids of kIdsMax or more included.
  // Const and safe from any number of threads. About linear in time for any row; the memory of
  // long ones is LongRow's.
  std::size_t merge(std::span<TokenId> symbols) const { return merge_(*this, symbols); }

  // The same for several rows, whose look-ups wait for memory side by side.
  void merge_rows(std::span<ShortRow> rows) const;
  // From so many symbols on merge_rows() is faster for rows of up to kLaneSymbols.
  static constexpr std::size_t kLanesSymbolsMin = 64, kLaneSymbols = LaneRows::kSymbolsMax;
  // For rows one behind the other: row i is symbols[ends[i - 1], ends[i]), the first from 0. Sets
  // `ends` to where they end in what is left of `symbols` at the front. Fewer than 2^32 symbols.
  void merge_rows(std::span<TokenId> symbols, std::span<std::uint32_t> ends) const;

  // As merge(), for more than kLaneSymbols symbols; `begins`, if any, becomes the places where
  // those that are left began. Its memory is proportional to the row: RowChunks merges without.
  std::size_t merge_long(std::span<TokenId> symbols,
                         std::vector<std::uint32_t>* begins = nullptr) const;

  // The same without the instructions that only some processors have: what it is tested against.
  std::size_t merge_portably(std::span<TokenId> symbols) const;

 private:
  friend struct MergeTableSimd;
  friend struct MergeLanes;
  friend class LongRow;
  using Rank = PairRanks::Rank;  // dense, so that it fits a slot
  static constexpr Rank kNone = PairRanks::kNone;
  static constexpr TokenId kAmbiguous = ~TokenId{0};
  static constexpr TokenId kGridIds = 512;    // a power of two
  static constexpr std::size_t kRowMax = 32;  // above it LongRow
  // From so many pairs on they are not in the near caches even of text that is merged alone.
  static constexpr std::size_t kFarMerges = 100'000;

  // The first id of the grid that has the most pairs of ids that no merge makes: those are looked
  // up first of all.
  void fill(const std::vector<Merge>& merges);  // in order of rank
  static TokenId grid_first(const std::vector<Merge>& merges);
  // The results by rank of merges in order of rank.
  void rank_results(const std::vector<Merge>& merges);
  Rank find(TokenId left, TokenId right) const {
    const TokenId row = left - grid_first_, column = right - grid_first_;
    if ((row | column) < kGridIds) return grid_[row * kGridIds + column];
    return pairs_.find(left, right);
  }
  TokenId result_of(Rank rank, TokenId left, TokenId right) const {
    if (results_.empty()) return first_result_ + rank;
    const TokenId result = results_[rank];
    return result != kAmbiguous ? result : ambiguous_result_of(left, right);
  }
  TokenId ambiguous_result_of(TokenId left, TokenId right) const;
  std::size_t merge_row(std::span<TokenId> symbols) const;

  PairRanks pairs_;
  // Of pairs of kGridIds ids in a row, where those of bytes or of most characters are: by
  // (left - grid_first_) * kGridIds + right - grid_first_.
  HugeArray<Rank> grid_;
  TokenId grid_first_ = 0;
  // By rank; kAmbiguous: results differ, see below. Empty where they are first_result_ + rank, as
  // after most trainers.
  std::vector<TokenId> results_;
  TokenId first_result_ = 0;
  Rank ranks_ = 0;                                                // ranks are below
  std::unordered_map<std::uint64_t, TokenId> ambiguous_results_;  // by pair
  // For this processor.
  std::size_t (*merge_)(const MergeTable&, std::span<TokenId>);
  MergeLanesFunction merge_lanes_;       // nullptr: it cannot
  MergeLanesFunction merge_many_lanes_;  // the same for more than two sets of short rows
};

}  // namespace corpusmill
