// Rows of symbols of any length, merged side by side in windows of what a lane holds
// (merge_lanes.h). A row's windows overlap, and are joined where they agree: where both have a
// symbol from the same place on, of the same length. long_row.h says why that is exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/long_row.h"
#include "tokenizer/bpe/merge_lanes.h"

namespace corpusmill {

// Scratch of one thread. Two neighbours that do not agree get a window over the middle of both;
// where that does not help, LongRow merges a stretch of some windows; and where that does not
// either, as where symbols are longer than all these, the whole row.
class RowWindows {
 public:
  // Merges the rows symbols[ends[i - 1], ends[i]), the first from 0, in the order of MergeTable,
  // and sets `ends` to where they end in what is left of `symbols` at the front. `lanes`: not null.
  // Fewer than 2^32 symbols. `begins`, if any, gets the places where the symbols that are left
  // began.
  void merge(const MergeTable& table, MergeLanesFunction lanes, std::span<TokenId> symbols,
             std::span<std::uint32_t> ends, std::vector<std::uint32_t>* begins = nullptr);

 private:
  static constexpr std::uint32_t kWindow = LaneRows::kSymbolsMax;
  static constexpr std::uint32_t kOverlap = 8;
  static constexpr std::size_t kSets = 8;
  static constexpr std::size_t kWindowsMax = kSets * LaneRows::kRows;  // merged at a time

  // symbols[begin, end), and what they became: row `lane` of a set.
  struct Window {
    std::uint32_t begin, end;
    bool is_first, is_last;  // of its row
    const LaneRows* set;
    std::size_t lane;

    std::uint32_t places() const { return set->places[lane]; }
  };

  // From which place on both windows have a symbol of the same length: the first one not before
  // `from`. `left` begins and ends where `right` does or before it.
  static std::optional<std::uint32_t> agreed_place(const Window& left, const Window& right,
                                                   std::uint32_t from);
  // The next windows, up to kWindowsMax in all.
  void add_windows(std::span<const std::uint32_t> ends);
  void add_bridges();
  // In sets[0, …). Windows of the same symbols as the one before share its lane.
  static void merge_windows(const MergeTable& table, MergeLanesFunction lanes,
                            std::span<const TokenId> symbols, std::span<Window> windows,
                            LaneRows* sets);
  // What becomes of the symbols of `left` that stand before those of `right`; false if they do not
  // agree.
  bool join(const Window& left, const Window& right);
  void append(const Window& window, std::uint32_t end);
  // Where `left` and windows_[first] do not agree: merges the symbols from `from_` on, where `left`
  // has one, up to the end of a window some places on, all together. Returns the first window that
  // agrees with what they became, which is appended up to there; 0 if there is none.
  std::uint32_t mend(const MergeTable& table, std::span<const TokenId> symbols, const Window& left,
                     std::uint32_t first);
  void append_mended(std::size_t count);
  // Of a row that is one window.
  void write_whole(const Window& window, std::span<TokenId> symbols);
  void join_windows(const MergeTable& table, std::span<TokenId> symbols,
                    std::span<std::uint32_t> ends);
  // Leaves the last window alone, which the next ones are to be joined to.
  void keep_last();
  void finish_row(const MergeTable& table, std::span<TokenId> symbols, std::uint32_t end);

  std::vector<Window> windows_, bridges_;
  std::vector<std::uint32_t> bridged_;  // windows that have a bridge from the one before
  LaneRows window_sets_[kSets], bridge_sets_[kSets];
  LaneRows last_set_;       // of the window that the next ones are joined to
  std::size_t row_ = 0;     // of the next window
  std::uint32_t next_ = 0;  // where that begins
  // Of the row that is being joined: where it begins, what it became up to place from_.
  std::uint32_t row_begin_ = 0, from_ = 0;
  std::vector<TokenId> merged_;
  std::vector<std::uint32_t> merged_begins_;  // of merged_, if they are asked for
  std::vector<std::uint32_t>* begins_ = nullptr;
  bool agrees_ = true;
  std::size_t rows_done_ = 0, symbols_done_ = 0;
  LongRow long_row_;
  std::vector<TokenId> mended_;
  std::vector<std::uint32_t> mended_begins_;  // and the end
};

}  // namespace corpusmill
