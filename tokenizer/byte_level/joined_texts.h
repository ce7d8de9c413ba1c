// Short texts one behind the other, so that what is done to text in long stretches pays for them
// too. They stay texts of their own: a pretoken ends where a text does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/split/offset_buffer.h"
#include "tokenizer/split/pretokenizer.h"

namespace corpusmill {

struct JoinedTexts {
  static constexpr std::size_t kTextBytesMax = 8192;  // longer ones gain nothing

  std::string text;
  OffsetBuffer pretoken_ends;            // of all texts
  std::vector<std::uint32_t> text_ends;  // ascending

  bool empty() const { return text_ends.empty(); }
  bool full() const { return text.size() >= Pretokenizer::kWindowBytes; }
  void clear();
  // `added` is not empty, and pretokenizer.cuts_in_place().
  void append(std::string_view added, const Pretokenizer& pretokenizer, PretokenScratch& scratch);
};

}  // namespace corpusmill
