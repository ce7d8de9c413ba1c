// What CharCuts::cut_wide() does, character by character, for ways to do it that take what they can
// many at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "tokenizer/bpe/char_cuts.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {

inline bool is_malformed(DecodedChar decoded) {
  return decoded.code_point == 0xFFFD && decoded.bytes == 1;
}

struct CutChar {
  static constexpr std::uint32_t kMalformed = 0x1FFFFF;  // of one byte

  std::uint32_t code_point;
  std::uint32_t bytes;

  // Most of what is not ASCII has three bytes.
  static CutChar at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::uint32_t>(static_cast<std::uint8_t>(text[at + i]));
    };
    if (byte(0) < 0x80) return {byte(0), 1};
    if ((byte(0) & 0xF0) == 0xE0 && at + 3 <= text.size()) {
      const std::uint32_t c = (byte(0) & 0xF) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
      const bool continued = (byte(1) & 0xC0) == 0x80 && (byte(2) & 0xC0) == 0x80;
      if (continued && c >= 0x800 && (c & 0xF800) != 0xD800) [[likely]]
        return {c, 3};
    }
    const DecodedChar decoded = decode_utf8(text, at);
    return {is_malformed(decoded) ? kMalformed : decoded.code_point,
            static_cast<std::uint32_t>(decoded.bytes)};
  }
};

// Parameters as those of cut_wide().
struct WideCutter {
  WideCutter(const CharCuts& char_cuts, std::string_view given, PretokenStarts pretoken_starts,
             std::uint32_t begin, std::uint32_t flag, std::span<std::uint32_t> unit_ends,
             std::uint32_t* unit_chars)
      : cuts(char_cuts),
        text(given),
        starts(pretoken_starts),
        part_flag(flag),
        ends(unit_ends),
        chars(unit_chars),
        block_end(begin + kBlock),
        left(char_at(begin)),
        unit_char(left.code_point),
        begins_pretoken(starts.has(begin)),
        at(begin + left.bytes) {}

  // Whether another character is to be taken.
  bool goes_on() {
    if (at >= text.size()) return false;
    if (at < block_end) return ends.size() - count >= CharCuts::kWideRoom;
    const bool is_wide = wide_bytes >= CharCuts::kWideBytesMin || count == 0;
    block_end = at + kBlock;
    wide_bytes = 0;
    return is_wide && ends.size() - count >= CharCuts::kWideRoom;
  }

  void step() {
    const CutChar right = char_at(at);
    const bool begins = starts.has(at), ends_unit = begins || !joins(right);
    write(at, begins);
    count += ends_unit ? 1 : 0;
    unit_char = ends_unit ? right.code_point : CharCuts::kNoChar;
    begins_pretoken = ends_unit ? begins : begins_pretoken;
    wide_bytes += right.bytes > 1 ? right.bytes : 0;
    at += right.bytes;
    left = right;
  }

  // How many ends there are.
  std::size_t finish() {
    if (at < text.size()) return count;
    write(text.size(), true);
    return ++count;
  }

  static constexpr std::size_t kBlock = 64;  // kWideBytesMin of which are wanted

  const CharCuts& cuts;
  const std::string_view text;
  const PretokenStarts starts;
  const std::uint32_t part_flag;
  const std::span<std::uint32_t> ends;
  std::uint32_t* const chars;
  std::size_t count = 0;  // units that are written
  std::size_t block_end, wide_bytes = CharCuts::kWideBytesMin;
  CutChar left;             // what stands before `at`
  std::uint32_t unit_char;  // of the unit at hand, while it is one character; else kNoChar
  bool begins_pretoken;     // where the unit at hand begins
  std::size_t at;

 private:
  // A pretoken may begin inside a character: then it is none.
  CutChar char_at(std::size_t place) const {
    const CutChar here = CutChar::at(text, place);
    const std::uint64_t inside = (std::uint64_t{1} << here.bytes) - 2;
    return (starts.from(place) & inside) == 0 ? here : CutChar{CutChar::kMalformed, 1};
  }
  bool joins(CutChar right) const {
    if ((left.code_point | right.code_point) < 128) return true;
    return std::max(left.code_point, right.code_point) == CutChar::kMalformed ||
           !cuts.may_cut(left.code_point, right.code_point);
  }
  void write(std::size_t end, bool ends_pretoken) {
    const bool is_pretoken = begins_pretoken && ends_pretoken;
    ends[count] = static_cast<std::uint32_t>(end) | (is_pretoken ? 0 : part_flag);
    chars[count] = is_pretoken && part_flag != 0 ? CharCuts::kNoChar : unit_char;
  }
};

}  // namespace corpusmill
