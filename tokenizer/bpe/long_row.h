// Merges of a row of symbols that is too long to be searched anew for every merge. Any row takes
// about linear time, in memory of a window's size: no text makes the tokenizer slow.
//
// A window is merged by a queue of places by rank, in the order of MergeTable: the lowest rank, the
// leftmost of equal ranks. Windows overlap, and are joined where they agree. That is exact:
//
// Let t1 … tn be symbols that merges made, such that merging what any neighbours t(i) and t(i+1)
// were made from gives t(i), t(i+1) again. Then merging what all were made from gives t1 … tn. For
// suppose some merge goes across a side between two of them, the first to do so between t(i) and
// t(i+1). Before it no merge went across any side, so what happened inside t(i) and t(i+1) is what
// happens when these two are merged alone, and in the same order: rank, then place, restricted to
// them. So this merge would be next there as well, which it is not. Neighbours in the merged window
// are such by the same argument. So where two windows both have a symbol from the same place on, of
// the same length, the one's symbols before it and the other's from it on are the whole row's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/bpe/rank_queue.h"

namespace corpusmill {

// Scratch of one thread. Where two windows do not agree, all is done anew with windows of twice the
// size: a row in which one end decides what becomes of the other takes O(n log n).
class LongRow {
 public:
  static constexpr std::size_t kWindowSymbols = 4096;

  // Windows of at least so many symbols, which overlap by an eighth.
  explicit LongRow(std::size_t window_symbols = kWindowSymbols) : window_(window_symbols) {}

  // Merges `symbols` in place and returns how many are left at the front. Fewer than 2^32.
  // `begins`, if any, becomes the places where these began.
  std::size_t merge(const MergeTable& table, std::span<TokenId> symbols,
                    std::vector<std::uint32_t>* begins = nullptr);

 private:
  using Rank = MergeTable::Rank;

  // A merged window: its symbols, and where in the window each begins.
  struct Window {
    std::vector<TokenId> symbols;
    std::vector<std::uint32_t> begins;
  };

  // Merges the row into merged_ and its begins into merged_begins_; false if two windows do not
  // agree.
  bool merge_in_windows(const MergeTable& table, std::span<const TokenId> row, std::size_t size);
  // Merges row[begin, begin + size), or up to the row's end. What the same symbols became the last
  // time is not found out again: a row of one symbol alone costs little.
  void merge_window(const MergeTable& table, std::span<const TokenId> row, std::size_t begin,
                    std::size_t size, Window& window);
  // Merges the window behind `here`, which begins at row[begin], into `there`; returns which of
  // here's symbols `there` begins with, 0 if they never agree.
  std::size_t merge_next(const MergeTable& table, std::span<const TokenId> row, std::size_t begin,
                         std::size_t size, const Window& here, Window& there);
  void merge_afresh(const MergeTable& table, std::span<const TokenId> row, Window& window);
  void propose(const MergeTable& table, std::uint32_t at);
  void join(const MergeTable& table, std::uint32_t at, Rank rank);

  std::size_t window_;
  void append(const Window& window, std::size_t count, std::size_t begin);

  std::vector<TokenId> merged_;
  std::vector<std::uint32_t> merged_begins_;
  Window here_, there_;
  std::vector<TokenId> last_row_;  // of the window merged last, and what it became
  Window last_;
  // Of the window that is being merged, by place.
  std::vector<TokenId> symbols_;
  std::vector<std::uint32_t> next_, previous_;
  std::vector<Rank> ranks_;            // of the pair that starts here
  Rank current_ = 0;                   // what arises up to this rank is not put into the queue
  std::vector<std::uint64_t> urgent_;  // but here, a heap of rank << 32 | place, lowest on top
  RankQueue queue_;
  std::vector<std::uint32_t> places_;
};

}  // namespace corpusmill
