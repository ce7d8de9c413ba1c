#include "tokenizer/char_bpe_singles.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "tokenizer/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080U;

std::uint64_t load_8(const char* at) {
  std::uint64_t bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

// Like decode_utf8 for text that is UTF-8, and four bytes can be read.
inline DecodedChar decode_fast(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<std::uint8_t>(text[at + i]));
  };
  const std::uint32_t lead = byte(0);
  if (lead >= 0xE0 && lead < 0xF0) {
    return {(lead & 0xF) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
  }
  if (lead < 0x80) return {lead, 1};
  return decode_utf8(text, at);
}

}  // namespace

CharBpeSingles::CharBpeSingles(const CharBpeSpec& spec, const CharBpeAlphabet& alphabet,
                               const CharBpeCutter& cutter)
    : alphabet_(alphabet), cutter_(cutter), has_byte_ids_(spec.byte_ids.has_value()) {
  if (has_byte_ids_) {
    byte_ids_ = *spec.byte_ids;
  } else {
    byte_ids_.fill(spec.unknown.value_or(0));
  }
}

bool CharBpeSingles::suits(std::string_view text, std::size_t at) {
  constexpr std::size_t kLook = 24;
  if (text.size() - at < kLook) return false;
  const std::uint64_t high = (load_8(text.data() + at) & kHighBits) |
                             (load_8(text.data() + at + 8) & kHighBits) >> 1 |
                             (load_8(text.data() + at + 16) & kHighBits) >> 2;
  return std::popcount(high) > 12;
}

std::size_t CharBpeSingles::unit_end(std::string_view text, std::size_t begin) const {
  DecodedChar left = decode_utf8(text, begin);
  for (std::size_t at = begin + left.bytes; at < text.size();) {
    const DecodedChar right = decode_utf8(text, at);
    if (cutter_.may_cut(left.code_point, right.code_point)) return at;
    at += right.bytes;
    left = right;
  }
  return text.size();
}

CharBpeSingles::Stop CharBpeSingles::encode(std::string_view text, std::size_t begin,
                                            std::vector<TokenId>& out) const {
  constexpr std::size_t kIds = 1024, kReadAhead = 8;
  TokenId ids[kIds + 4];
  if (text.size() - begin < 2 * kReadAhead) return {begin, 0};
  const std::size_t end = text.size() - 2 * kReadAhead;
  const std::size_t bytes_of_unknown = has_byte_ids_ ? 4 : 1;
  TokenId* next_id = ids;
  Stop stop{begin, 0};
  DecodedChar left = decode_fast(text, begin);
  std::uint32_t left_entry = alphabet_.entry(left.code_point);
  while (stop.begin < end) {
    const std::size_t next = stop.begin + left.bytes;
    const DecodedChar right = decode_fast(text, next);
    const std::uint32_t right_entry = alphabet_.entry(right.code_point);
    const bool may_join = (left_entry & CharBpeAlphabet::kJoinsAfter) != 0 &&
                          (right_entry & CharBpeAlphabet::kJoinsBefore) != 0;
    if ((may_join && !cutter_.may_cut(left.code_point, right.code_point)) ||
        (left_entry & CharBpeAlphabet::kIndirect) != 0) {
      stop.end = unit_end(text, stop.begin);
      break;
    }
    const bool known = (left_entry & CharBpeAlphabet::kKnown) != 0;
    const auto id_of_byte = [&](std::size_t i) {
      return byte_ids_[static_cast<std::uint8_t>(text[stop.begin + i])];
    };
    next_id[0] = known ? left_entry & CharBpeAlphabet::kSymbolMask : id_of_byte(0);
    next_id[1] = id_of_byte(1);
    next_id[2] = id_of_byte(2);
    next_id[3] = id_of_byte(3);
    next_id += known ? 1 : std::min(left.bytes, bytes_of_unknown);
    if (next_id >= ids + kIds) {
      out.insert(out.end(), ids, next_id);
      next_id = ids;
    }
    stop.begin = next;
    left = right;
    left_entry = right_entry;
    if (right.code_point < 0x80 && (load_8(text.data() + next) & kHighBits) == 0) break;
  }
  out.insert(out.end(), ids, next_id);
  return stop;
}

}  // namespace corpusmill
