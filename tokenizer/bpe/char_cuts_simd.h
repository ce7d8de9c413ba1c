// CharCuts on many characters at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace corpusmill {

class CharCuts;

// Where pretokens begin: bit i % 64 of words[i / 64] is byte i of the text. Two words more than the
// text needs can be read.
struct PretokenStarts {
  const std::uint64_t* words;

  bool has(std::size_t at) const { return (words[at / 64] >> at % 64 & 1) != 0; }
  std::uint64_t from(std::size_t at) const {
    const std::uint64_t* const word = words + at / 64;
    const std::size_t shift = at % 64;
    return word[0] >> shift | word[1] << 1 << (63 - shift);
  }
};

// What CharCuts::cut_wide() does.
using CutWide = std::size_t (*)(const CharCuts& cuts, std::string_view text, PretokenStarts starts,
                                std::uint32_t begin, std::uint32_t part_flag,
                                std::span<std::uint32_t> ends, std::uint32_t* chars);
// 16 characters at once; `pairs_are_rare` tells which way to the same cuts is the faster. nullptr
// where the processor lacks AVX-512 with VBMI2.
CutWide choose_cut_wide(bool pairs_are_rare);
// Eight at once; nullptr where it lacks AVX2.
CutWide choose_cut_wide_avx2();

}  // namespace corpusmill
