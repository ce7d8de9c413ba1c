#include "tokenizer/bpe/char_cuts.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "tokenizer/bpe/wide_cutter.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

// Stands for the part of a character that a piece holds: its last byte; or its first, and above
// it the one behind, or 0.
constexpr std::uint32_t kOpen = 0x110000;

bool is_continuation(char byte) {
  return (static_cast<std::uint8_t>(byte) & 0xC0) == 0x80;
}

std::uint32_t first_byte(std::uint32_t code_point) {
  if (code_point < 0x800) return 0xC0 | code_point >> 6;
  return code_point < 0x10000 ? 0xE0 | code_point >> 12 : 0xF0 | code_point >> 18;
}

// Of the begin of a character.
std::uint32_t first_bytes(std::string_view part) {
  const auto byte = [&](std::size_t i) {
    return i < part.size() ? std::uint32_t{static_cast<std::uint8_t>(part[i])} : 0;
  };
  return byte(0) | byte(1) << 8;
}

}  // namespace

CharCuts::CharCuts(std::span<const std::string_view> pieces) {
  std::vector<std::uint64_t> pairs;
  for (const std::string_view piece : pieces) add(piece, pairs);
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  cut_wide_ = wide_cutters(pairs.size() <= kRarePairsMax).front();
  pair_words_.resize(
      std::clamp(std::bit_ceil(pairs.size() * 2), std::size_t{1} << 7, std::size_t{1} << 15));
  pair_word_mask_ = static_cast<std::uint32_t>(pair_words_.size() - 1);
  for (const std::uint64_t pair : pairs) {
    const auto left = static_cast<std::uint32_t>(pair >> 32);
    const auto right = static_cast<std::uint32_t>(pair);
    if (std::max(left, right) < kOpen) {
      const std::uint32_t hash = pair_hash(left, right);
      pair_words_[hash >> kPairWordShift & pair_word_mask_] |= pair_bits(hash);
      open_[open_slot(right)] |= std::uint32_t{1} << kRightOfPair;
      open_[open_slot(left)] |= std::uint32_t{1} << kLeftOfPair;
    } else if (left < kOpen) {
      open_[open_slot(left)] |= std::uint32_t{1} << first_bit(right);
    } else if (right < kOpen) {
      open_[open_slot(right)] |= std::uint32_t{1} << last_bit(left);
    } else {
      add_open_pair(left - kOpen, right - kOpen);
    }
  }
}

void CharCuts::add(std::string_view piece, std::vector<std::uint64_t>& pairs) {
  for (std::size_t at = 1; at < piece.size(); ++at) {
    if (is_continuation(piece[at])) continue;
    DecodedChar left = decode_utf8_before(piece, at);
    DecodedChar right = decode_utf8(piece, at);
    if (is_malformed(left)) left.code_point = kOpen + static_cast<std::uint8_t>(piece[at - 1]);
    if (is_malformed(right)) right.code_point = kOpen + first_bytes(piece.substr(at));
    if ((left.code_point | right.code_point) < 128) {
      ascii_[left.code_point][right.code_point / 64] |= std::uint64_t{1} << right.code_point % 64;
      continue;
    }
    pairs.push_back(std::uint64_t{left.code_point} << 32 | right.code_point);
  }
}

// If the right part has two bytes of three, it may be of 64 characters; of many more else: then
// those that the left one may be part of are noted.
void CharCuts::add_open_pair(std::uint32_t last_byte, std::uint32_t right_bytes) {
  const std::uint32_t first = right_bytes & 0xFF, second = right_bytes >> 8;
  const bool has_two_of_three = second != 0 && first < 0xF0;
  for (std::uint32_t i = 0; i < 64; ++i) {
    if (has_two_of_three) {
      open_[open_slot(second % 64 << 6 | i)] |= std::uint32_t{1} << last_bit(last_byte);
    } else {
      open_[open_slot(i << 6 | last_byte % 64)] |= std::uint32_t{1} << first_bit(first);
    }
  }
}

bool CharCuts::has(std::uint32_t left, std::uint32_t right) const {
  const std::uint32_t in_pairs =
      open_[open_slot(left)] >> kLeftOfPair & open_[open_slot(right)] >> kRightOfPair & 1;
  const std::uint32_t hash = pair_hash(left, right), bits = pair_bits(hash);
  return in_pairs != 0 && (pair_words_[hash >> kPairWordShift & pair_word_mask_] & bits) == bits;
}

// Whether a piece may have the two, one of them or both in part. The last byte of a character has
// the low bits of its code point.
bool CharCuts::has_open(std::uint32_t left, std::uint32_t right,
                        std::uint32_t right_first_byte) const {
  const bool left_wide = left >= 0x80, right_wide = right >= 0x80;
  const std::uint32_t after = open_[open_slot(left)] >> first_bit(right_first_byte);
  const std::uint32_t before = open_[open_slot(right)] >> last_bit(left);
  return (((right_wide ? after : 0) | (left_wide ? before : 0)) & 1) != 0;
}

bool CharCuts::may_cut(char32_t left, char32_t right) const {
  if ((left | right) < 128) return (ascii_[left][right / 64] >> right % 64 & 1) == 0;
  return !has(left, right) && !has_open(left, right, first_byte(right));
}

bool CharCuts::is_wide(std::string_view text, std::size_t begin) {
  constexpr std::uint64_t kTops = 0x8080'8080'8080'8080;
  if (text.size() - begin < 16) return false;
  std::uint64_t bytes[2];
  std::memcpy(bytes, text.data() + begin, sizeof bytes);
  return std::popcount((bytes[0] & kTops) | (bytes[1] & kTops) >> 1) > 8;
}

std::size_t CharCuts::cut(std::string_view text, std::uint32_t begin, std::uint32_t end,
                          std::span<std::uint32_t> ends) const {
  text = text.substr(0, end);
  std::size_t count = 0;
  CutChar left = CutChar::at(text, begin);
  for (std::size_t at = begin + left.bytes; at < end;) {
    const CutChar right = CutChar::at(text, at);
    bool cuts;
    if (std::max(left.code_point, right.code_point) == CutChar::kMalformed) [[unlikely]] {
      cuts = false;
    } else if ((left.code_point | right.code_point) < 128) {
      cuts = may_cut(left.code_point, right.code_point);
    } else {
      cuts = !has(left.code_point, right.code_point) &&
             !has_open(left.code_point, right.code_point, static_cast<std::uint8_t>(text[at]));
    }
    ends[count] = static_cast<std::uint32_t>(at);
    count += cuts ? 1 : 0;
    if (count == ends.size()) return count;
    at += right.bytes;
    left = right;
  }
  ends[count++] = end;
  return count;
}

std::size_t CharCuts::cut_wide_portably(const CharCuts& cuts, std::string_view text,
                                        PretokenStarts starts, std::uint32_t begin,
                                        std::uint32_t part_flag, std::span<std::uint32_t> ends,
                                        std::uint32_t* chars) {
  WideCutter cutter(cuts, text, starts, begin, part_flag, ends, chars);
  while (cutter.goes_on()) cutter.step();
  return cutter.finish();
}

std::vector<CutWide> CharCuts::wide_cutters(bool pairs_are_rare) {
  std::vector<CutWide> cutters = {choose_cut_wide(pairs_are_rare), choose_cut_wide_avx2(),
                                  cut_wide_portably};
  std::erase(cutters, nullptr);
  return cutters;
}

}  // namespace corpusmill
