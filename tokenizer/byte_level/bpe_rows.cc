#include "tokenizer/byte_level/bpe_rows.h"

#include <algorithm>

#include "tokenizer/byte_level/bpe_cuts.h"

namespace corpusmill {

std::size_t BpeRows::take(const Tables& tables, std::string_view text, std::uint32_t begin,
                          std::span<const std::uint32_t> ends) {
  std::size_t taken = 1;
  while (taken < ends.size() && ends[taken] - begin <= kSymbols) ++taken;
  const std::size_t size = ends[taken - 1] - begin;
  if (symbols_.size() > kSymbolsKept) std::vector<TokenId>().swap(symbols_);
  symbols_.resize(size);
  const std::string_view bytes = text.substr(begin, size);
  std::transform(bytes.begin(), bytes.end(), symbols_.begin(),
                 [&](char byte) { return tables.byte_ids[static_cast<std::uint8_t>(byte)]; });
  ends_.clear();
  begin_ = begin;
  row_begin_ = fewer_ = 0;
  // Few bytes are merged row by row: the shorter the better.
  row_max_ = size < MergeTable::kLanesSymbolsMin ? 0 : MergeTable::kLaneSymbols;
  const CharCuts* const cuts = tables.cuts;
  std::uint32_t at = begin;
  // Merges of ids that no merge makes are not among those that cuts know of.
  bool may_join = false;
  for (const std::uint32_t end : ends.first(taken)) {
    const bool is_whole = tables.whole_pretokens != nullptr &&
                          close_up(*tables.whole_pretokens, text.substr(at, end - at), at);
    const std::uint32_t symbols_end = symbol_at(end);
    const bool joins = may_join && !is_whole && symbols_end - row_begin_ <= row_max_ &&
                       may_cut_at(*cuts, text, at);
    if (cuts != nullptr && !is_whole && end - at > row_max_) {
      add_cut(*cuts, text, at, end, joins);
    } else {
      add(symbols_end, joins);
    }
    may_join = cuts != nullptr && !is_whole;
    at = end;
  }
  return taken;
}

bool BpeRows::close_up(const WholePretokens& whole_pretokens, std::string_view pretoken,
                       std::uint32_t at) {
  TokenId* const symbols = symbols_.data() + symbol_at(at);
  if (whole_pretokens.may_have(pretoken)) {
    if (const std::optional<TokenId> whole = whole_pretokens.find(pretoken)) {
      *symbols = *whole;
      fewer_ += static_cast<std::uint32_t>(pretoken.size() - 1);
      return true;
    }
  }
  if (fewer_ > 0) std::copy_n(symbols + fewer_, pretoken.size(), symbols);
  return false;
}

// Parts that share a row do not touch each other.
void BpeRows::add(std::uint32_t end, bool joins) {
  if (joins && end - row_begin_ <= row_max_) {
    ends_.back() = end;
  } else {
    row_begin_ = ends_.empty() ? 0 : ends_.back();
    ends_.push_back(end);
  }
}

void BpeRows::add_cut(const CharCuts& cuts, std::string_view text, std::uint32_t at,
                      std::uint32_t end, bool joins) {
  std::uint32_t parts[64];
  while (at < end) {
    for (const std::uint32_t part : std::span(parts).first(cuts.cut(text, at, end, parts))) {
      add(symbol_at(part), joins);
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
