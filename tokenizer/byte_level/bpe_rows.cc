#include "tokenizer/byte_level/bpe_rows.h"

#include <algorithm>

#include "tokenizer/byte_level/bpe_cuts.h"

namespace corpusmill {

std::size_t BpeRows::take(const CharCuts* cuts, const std::array<TokenId, 256>& byte_ids,
                          std::string_view text, std::uint32_t begin,
                          std::span<const std::uint32_t> ends) {
  std::size_t taken = 1;
  while (taken < ends.size() && ends[taken] - begin <= kSymbols) ++taken;
  const std::size_t size = ends[taken - 1] - begin;
  if (symbols_.size() > kSymbolsKept) std::vector<TokenId>().swap(symbols_);
  symbols_.resize(size);
  const std::string_view bytes = text.substr(begin, size);
  std::transform(bytes.begin(), bytes.end(), symbols_.begin(),
                 [&](char byte) { return byte_ids[static_cast<std::uint8_t>(byte)]; });
  ends_.clear();
  begin_ = begin;
  // Few bytes are merged row by row: the shorter the better.
  row_max_ = size < MergeTable::kLanesSymbolsMin ? 0 : MergeTable::kLaneSymbols;
  std::uint32_t at = begin;
  for (const std::uint32_t end : ends.first(taken)) {
    const bool joins = cuts != nullptr && at > begin && end - row_begin_ <= row_max_ &&
                       may_cut_at(*cuts, text, at);
    if (cuts != nullptr && end - at > row_max_) {
      add_cut(*cuts, text, at, end, joins);
    } else {
      add(at, end, joins);
    }
    at = end;
  }
  return taken;
}

// Parts that share a row do not touch each other.
void BpeRows::add(std::uint32_t at, std::uint32_t end, bool joins) {
  if (joins && end - row_begin_ <= row_max_) {
    ends_.back() = end - begin_;
  } else {
    row_begin_ = at;
    ends_.push_back(end - begin_);
  }
}

void BpeRows::add_cut(const CharCuts& cuts, std::string_view text, std::uint32_t at,
                      std::uint32_t end, bool joins) {
  std::uint32_t parts[64];
  while (at < end) {
    for (const std::uint32_t part : std::span(parts).first(cuts.cut(text, at, end, parts))) {
      add(at, part, joins);
      at = part;
      joins = true;
    }
  }
}

std::span<const TokenId> BpeRows::merge(const MergeTable& merges) {
  merges.merge_rows(symbols_, ends_);
  return std::span(symbols_).first(ends_.back());
}

}  // namespace corpusmill
