#include "tokenizer/char_bpe/char_bpe_rows.h"

#include <algorithm>
#include <cstring>

#include "tokenizer/text/unicode_class.h"

namespace corpusmill {

bool CharBpeRows::add_ascii(const CharBpeAlphabet& alphabet, const CharBpeCutter& cutter,
                            std::string_view text, std::size_t at, TokenId* symbols) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101, kTops = 0x80 * kOnes;
  std::uint64_t bytes;
  static_assert(sizeof bytes == kStep);
  std::memcpy(&bytes, text.data() + at, sizeof bytes);
  if ((bytes & kTops) != 0) return false;
  const std::uint64_t spaces = bytes ^ ' ' * kOnes;  // a space is 0
  if (cutter.must_cut_before(' ') && ((spaces - kOnes) & kTops) != 0) return false;
  for (std::size_t i = 0; i < kStep; ++i) {
    symbols[i] = alphabet.ascii_symbols()[static_cast<std::uint8_t>(text[at + i])];
  }
  return true;
}

std::size_t CharBpeRows::take(const CharBpeAlphabet& alphabet, const CharBpeCutter& cutter,
                              std::string_view text, std::size_t at) {
  if (symbols_.size() > kSymbolsKept) {
    std::vector<TokenId>().swap(symbols_);
    std::vector<TokenId>().swap(merged_);
  }
  symbols_.resize(std::max(symbols_.size(), kSymbols));
  ends_.clear();
  std::size_t count = 0, row_begin = 0;
  std::uint32_t left = 0;
  while (at < text.size()) {
    if (count - row_begin + kStep <= kRowMin && at + kStep <= text.size() &&
        count + kStep <= symbols_.size() &&
        add_ascii(alphabet, cutter, text, at, symbols_.data() + count)) {
      count += kStep;
      at += kStep;
      left = static_cast<std::uint8_t>(text[at - 1]);
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(text[at]);
    const DecodedChar right = byte < 0x80 ? DecodedChar{byte, 1} : decode_utf8(text, at);
    const bool is_end = count - row_begin >= kRowMin ? cutter.may_cut(left, right.code_point)
                                                     : count > 0 && cutter.must_cut_before(byte);
    if (is_end) {
      ends_.push_back(static_cast<std::uint32_t>(count));
      row_begin = count;
      if (count >= kSymbols - kRowMin) return at;
    }
    if (count == symbols_.size()) symbols_.resize(2 * count);
    symbols_[count++] = alphabet.symbol(right.code_point);
    left = right.code_point;
    at += right.bytes;
  }
  ends_.push_back(static_cast<std::uint32_t>(count));
  return at;
}

std::span<const TokenId> CharBpeRows::merge(const MergeTable& merges) {
  // Only the last row can be long.
  const std::size_t last = ends_.size() > 1 ? ends_[ends_.size() - 2] : 0;
  const auto long_row = std::span(symbols_).subspan(last, ends_.back() - last);
  if (long_row.size() <= RowChunks::kChunkSymbols) {
    merges.merge_rows(std::span(symbols_).first(ends_.back()), ends_);
    return std::span(symbols_).first(ends_.back());
  }
  ends_.pop_back();
  merges.merge_rows(std::span(symbols_).first(last), ends_);
  const std::size_t merged = ends_.empty() ? 0 : ends_.back();
  merged_.assign(symbols_.begin(), symbols_.begin() + static_cast<std::ptrdiff_t>(merged));
  const auto fill = [&](std::size_t begin, std::span<TokenId> symbols) {
    std::copy_n(long_row.begin() + static_cast<std::ptrdiff_t>(begin), symbols.size(),
                symbols.begin());
  };
  chunks_.merge(merges, long_row.size(), fill, merged_);
  return merged_;
}

}  // namespace corpusmill
