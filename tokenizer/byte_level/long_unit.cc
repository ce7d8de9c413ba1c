#include "tokenizer/byte_level/long_unit.h"

#include <algorithm>

#include "tokenizer/byte_level/bpe_cuts.h"

namespace corpusmill {
namespace {

constexpr std::size_t kLane = MergeTable::kLaneSymbols;

// The first place behind `begin`, before `end`, where a row may end; `end` if there is none. Parts
// that share a row do not touch each other: it ends near the end of a lane. Not every place of a
// row without cuts is tried.
std::size_t row_end(const std::optional<CharCuts>& cuts, std::string_view text, std::size_t begin,
                    std::size_t end) {
  if (!cuts) return end;
  constexpr std::size_t kRowMin = kLane * 3 / 4;
  for (std::size_t lane = begin; lane + kRowMin < end; lane += kLane) {
    for (std::size_t at = lane + kRowMin; at <= std::min(lane + kLane, end - 1); ++at) {
      if (may_cut_at(*cuts, text, at)) return at;
    }
  }
  return end;
}

}  // namespace

void LongUnit::merge(const MergeTable& merges, const std::array<TokenId, 256>& byte_ids,
                     const std::optional<CharCuts>& cuts, std::string_view unit,
                     std::vector<TokenId>& out) {
  for (std::size_t at = 0; at < unit.size();) {
    at = merge_some(merges, byte_ids, cuts, unit, at, out);
  }
}

std::size_t LongUnit::merge_some(const MergeTable& merges, const std::array<TokenId, 256>& byte_ids,
                                 const std::optional<CharCuts>& cuts, std::string_view unit,
                                 std::size_t at, std::vector<TokenId>& out) {
  const auto fill = [&](std::size_t begin, std::span<TokenId> symbols) {
    std::transform(unit.begin() + static_cast<std::ptrdiff_t>(at + begin),
                   unit.begin() + static_cast<std::ptrdiff_t>(at + begin + symbols.size()),
                   symbols.begin(),
                   [&](char byte) { return byte_ids[static_cast<std::uint8_t>(byte)]; });
  };
  ends_.clear();
  std::size_t end = at;  // of the rows
  while (end < unit.size() && end - at < kBytesMin) {
    const std::size_t next = row_end(cuts, unit, end, unit.size());
    if (next - end > kBytesMin) {
      if (!ends_.empty()) break;  // a row of its own, the next time
      chunks_.merge(merges, next - at, fill, out);
      return next;
    }
    end = next;
    ends_.push_back(static_cast<std::uint32_t>(end - at));
  }
  symbols_.resize(end - at);
  fill(0, symbols_);
  merges.merge_rows(symbols_, ends_);
  out.insert(out.end(), symbols_.begin(), symbols_.begin() + ends_.back());
  return end;
}

}  // namespace corpusmill
