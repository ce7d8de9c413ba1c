// Short texts one behind the other, so that what is done to text in long stretches pays for them
// too. They stay texts of their own: a pretoken ends where a text does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/split/offset_bits.h"
#include "tokenizer/split/pretokenizer.h"

namespace corpusmill {

struct JoinedTexts {
  static constexpr std::size_t kTextBytesMax = Pretokenizer::kWindowBytes;

  OffsetBits pretokens;                  // where they begin, and where the last one ends
  std::vector<std::uint32_t> text_ends;  // ascending

  JoinedTexts() { clear(); }
  bool empty() const { return text_ends.empty(); }
  bool full() const { return size() >= Pretokenizer::kWindowBytes; }
  // All of them.
  std::string_view text() const { return {bytes_.data(), size()}; }
  void clear();
  // `added` is not empty, and pretokenizer.cuts_in_place().
  void append(std::string_view added, const Pretokenizer& pretokenizer, PretokenScratch& scratch);

 private:
  std::size_t size() const { return empty() ? 0 : text_ends.back(); }

  std::vector<char> bytes_;  // there is always room for the padding that a splitter wants
};

}  // namespace corpusmill
