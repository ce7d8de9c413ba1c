#include "tokenizer/bpe/row_windows.h"

#include <algorithm>
#include <bit>

namespace corpusmill {

void RowWindows::merge(const MergeTable& table, MergeLanesFunction lanes,
                       std::span<TokenId> symbols, std::span<std::uint32_t> ends,
                       std::vector<std::uint32_t>* begins) {
  begins_ = begins;
  if (begins_ != nullptr) begins_->clear();
  windows_.clear();
  row_ = next_ = 0;
  rows_done_ = symbols_done_ = 0;
  while (rows_done_ < ends.size()) {
    const std::size_t known = windows_.size();
    add_windows(ends);
    merge_windows(table, lanes, symbols, std::span(windows_).subspan(known), window_sets_);
    add_bridges();
    merge_windows(table, lanes, symbols, bridges_, bridge_sets_);
    join_windows(table, symbols, ends);
  }
}

void RowWindows::add_windows(std::span<const std::uint32_t> ends) {
  bool is_first = windows_.empty();
  while (windows_.size() < kWindowsMax && row_ < ends.size()) {
    const std::uint32_t rest = ends[row_] - next_;
    Window& window = windows_.emplace_back();
    window.is_first = is_first;
    window.is_last = is_first = rest <= kWindow;
    // The last one of several is as long as the others.
    window.begin = next_;
    if (window.is_last && !window.is_first) window.begin = ends[row_] - kWindow;
    window.end = std::min(window.begin + kWindow, ends[row_]);
    next_ = window.is_last ? window.end : window.end - kOverlap;
    row_ += window.is_last;
  }
}

void RowWindows::add_bridges() {
  bridges_.clear();
  bridged_.clear();
  for (std::uint32_t i = 1; i < windows_.size(); ++i) {
    const Window &left = windows_[i - 1], &right = windows_[i];
    if (right.is_first || agreed_place(left, right, right.begin)) continue;
    Window& bridge = bridges_.emplace_back();
    constexpr std::uint32_t kBefore = (kWindow - kOverlap) / 2;
    bridge.begin = right.begin - std::min(kBefore, right.begin - left.begin);
    bridge.end = bridge.begin + kWindow;
    bridged_.push_back(i);
  }
}

void RowWindows::merge_windows(const MergeTable& table, MergeLanesFunction lanes,
                               std::span<const TokenId> symbols, std::span<Window> windows,
                               LaneRows* sets) {
  constexpr std::size_t kRows = LaneRows::kRows;
  std::size_t lanes_used = 0;
  std::span<const TokenId> last;
  for (Window& window : windows) {
    const std::span<const TokenId> here = symbols.subspan(window.begin, window.end - window.begin);
    if (lanes_used == 0 || !std::equal(here.begin(), here.end(), last.begin(), last.end())) {
      LaneRows& set = sets[lanes_used / kRows];
      const std::size_t lane = lanes_used++ % kRows;
      set.set_size(lane, here.size());
      for (std::size_t place = 0; place < here.size(); ++place) set.put(lane, place, here[place]);
      last = here;
    }
    window.set = &sets[(lanes_used - 1) / kRows];
    window.lane = (lanes_used - 1) % kRows;
  }
  const std::size_t count = (lanes_used + kRows - 1) / kRows;
  for (std::size_t i = lanes_used; i < count * kRows; ++i) sets[count - 1].set_size(i % kRows, 0);
  if (count > 0) lanes(table, sets, count);
}

std::optional<std::uint32_t> RowWindows::agreed_place(const Window& left, const Window& right,
                                                      std::uint32_t from) {
  // Bit i says that a symbol begins at right.begin + i, or the last one ends there.
  const std::uint32_t end = left.end - right.begin;
  const std::uint64_t of_left =
      std::uint64_t{left.places()} >> (right.begin - left.begin) | std::uint64_t{1} << end;
  const std::uint64_t of_right = (right.places() | std::uint64_t{1} << (right.end - right.begin)) &
                                 ((std::uint64_t{2} << end) - 1);
  const std::uint64_t from_on = ~std::uint64_t{0} << (std::max(from, right.begin) - right.begin);
  for (std::uint64_t both = of_left & of_right & from_on; both != 0; both &= both - 1) {
    const std::uint64_t behind_first = ~(both ^ (both - 1));
    const std::uint64_t ends = (of_left | of_right) & behind_first;
    if ((ends & (~ends + 1) & both) != 0) {
      return right.begin + static_cast<std::uint32_t>(std::countr_zero(both));
    }
  }
  return std::nullopt;
}

void RowWindows::append(const Window& window, std::uint32_t end) {
  const std::uint64_t before_end = (std::uint64_t{1} << (end - window.begin)) - 1;
  const std::uint64_t from_on = ~std::uint64_t{0} << (from_ - window.begin);
  const std::size_t known = merged_.size();
  merged_.resize(known + kWindow);
  TokenId* out = merged_.data() + known;
  for (std::uint64_t at = window.places() & before_end & from_on; at != 0; at &= at - 1) {
    *out++ = window.set->symbols[std::countr_zero(at)][window.lane];
  }
  merged_.resize(static_cast<std::size_t>(out - merged_.data()));
  from_ = end;
  if (begins_ == nullptr) return;
  for (std::uint64_t at = window.places() & before_end & from_on; at != 0; at &= at - 1) {
    merged_begins_.push_back(window.begin + static_cast<std::uint32_t>(std::countr_zero(at)));
  }
}

void RowWindows::write_whole(const Window& window, std::span<TokenId> symbols) {
  // Not longer than the row, so it overwrites no other row.
  TokenId* out = symbols.data() + symbols_done_;
  for (std::uint32_t places = window.places(); places != 0; places &= places - 1) {
    *out++ = window.set->symbols[std::countr_zero(places)][window.lane];
  }
  symbols_done_ = static_cast<std::size_t>(out - symbols.data());
}

bool RowWindows::join(const Window& left, const Window& right) {
  const auto place = agreed_place(left, right, from_);
  if (place) append(left, *place);
  return place.has_value();
}

std::uint32_t RowWindows::mend(const MergeTable& table, std::span<const TokenId> symbols,
                               const Window& left, std::uint32_t first) {
  constexpr std::uint32_t kStretch = 4;
  std::uint32_t last = first;
  while (last + 1 < windows_.size() && last + 1 < first + kStretch && !windows_[last].is_last) {
    ++last;
  }
  const std::uint32_t begin = from_, end = windows_[last].end;
  mended_.assign(symbols.begin() + begin, symbols.begin() + end);
  mended_.resize(long_row_.merge(table, mended_, &mended_begins_));
  mended_begins_.push_back(end - begin);
  // The symbol that is known to begin here has to come about again.
  if (begin != row_begin_) {
    const std::uint32_t behind = left.places() & (~std::uint32_t{1} << (begin - left.begin));
    const auto next = static_cast<std::uint32_t>(std::countr_zero(behind));
    if (behind == 0 || left.begin + next != begin + mended_begins_[1]) return 0;
  }
  for (std::uint32_t i = first; i <= last; ++i) {
    const Window& window = windows_[i];
    std::size_t at = 0;
    const std::uint64_t begins =
        window.places() | std::uint64_t{1} << (window.end - window.begin);  // and the end
    while (at < mended_.size() && begin + mended_begins_[at] < window.begin) ++at;
    for (; at < mended_.size() && begin + mended_begins_[at + 1] <= window.end; ++at) {
      const std::uint32_t place = begin + mended_begins_[at] - window.begin;
      const std::uint32_t next = begin + mended_begins_[at + 1] - window.begin;
      const std::uint64_t both = std::uint64_t{1} << place | std::uint64_t{1} << next;
      const std::uint64_t between = (std::uint64_t{1} << next) - (std::uint64_t{1} << place);
      if ((begins & (between | both)) != both) continue;
      append_mended(at);
      return i;
    }
  }
  return 0;
}

void RowWindows::append_mended(std::size_t count) {
  merged_.insert(merged_.end(), mended_.begin(),
                 mended_.begin() + static_cast<std::ptrdiff_t>(count));
  if (begins_ != nullptr) {
    for (const std::uint32_t place : std::span(mended_begins_).first(count)) {
      merged_begins_.push_back(from_ + place);
    }
  }
  from_ += mended_begins_[count];
}

void RowWindows::join_windows(const MergeTable& table, std::span<TokenId> symbols,
                              std::span<std::uint32_t> ends) {
  std::size_t bridge = 0;
  for (std::uint32_t i = 0; i < windows_.size(); ++i) {
    const Window& window = windows_[i];
    if (window.is_first && window.is_last && begins_ == nullptr) {
      write_whole(window, symbols);
      ends[rows_done_++] = static_cast<std::uint32_t>(symbols_done_);
      continue;
    }
    if (window.is_first) {
      row_begin_ = from_ = window.begin;
      merged_.clear();
      merged_begins_.clear();
      agrees_ = true;
    } else if (i > 0 && agrees_) {
      const bool bridged = bridge < bridged_.size() && bridged_[bridge] == i;
      const Window* last = &windows_[i - 1];
      if (bridged && join(*last, bridges_[bridge])) last = &bridges_[bridge];
      if (!join(*last, window)) {
        const std::uint32_t mended = mend(table, symbols, *last, i);
        agrees_ = mended != 0;
        if (agrees_) i = mended;
      }
      while (bridge < bridged_.size() && bridged_[bridge] <= i) ++bridge;
    }
    const Window& here = windows_[i];
    if (!here.is_last) continue;
    if (agrees_) append(here, here.end);
    finish_row(table, symbols, here.end);
    ends[rows_done_++] = static_cast<std::uint32_t>(symbols_done_);
  }
  const bool row_is_open = !windows_.empty() && !windows_.back().is_last;
  if (row_is_open && agrees_) {
    keep_last();
    return;
  }
  windows_.clear();
  if (!row_is_open) return;
  next_ = ends[row_++];
  finish_row(table, symbols, next_);
  ends[rows_done_++] = static_cast<std::uint32_t>(symbols_done_);
}

void RowWindows::keep_last() {
  Window last = windows_.back();
  for (std::size_t place = 0; place < kWindow; ++place) {
    last_set_.put(0, place, last.set->symbols[place][last.lane]);
  }
  last_set_.places[0] = last.places();
  last.set = &last_set_;
  last.lane = 0;
  windows_.assign(1, last);
}

void RowWindows::finish_row(const MergeTable& table, std::span<TokenId> symbols,
                            std::uint32_t end) {
  std::span<const TokenId> result = merged_;
  if (!agrees_) {
    const std::span<TokenId> row = symbols.subspan(row_begin_, end - row_begin_);
    result = row.first(long_row_.merge(table, row, begins_ == nullptr ? nullptr : &merged_begins_));
    for (std::uint32_t& begin : merged_begins_) begin += row_begin_;
  }
  if (begins_ != nullptr) {
    begins_->insert(begins_->end(), merged_begins_.begin(), merged_begins_.end());
  }
  // What a row became is not longer than the row, so this overwrites no other row.
  std::copy(result.begin(), result.end(),
            symbols.begin() + static_cast<std::ptrdiff_t>(symbols_done_));
  symbols_done_ += result.size();
}

}  // namespace corpusmill
