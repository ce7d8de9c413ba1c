#include "tokenizer/char_bpe/char_bpe_singles.h"

#include <algorithm>
#include <cstring>

#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080U;

std::uint64_t load_8(const char* at) {
  std::uint64_t bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
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
  using Alphabet = CharBpeAlphabet;
  constexpr std::size_t kIds = 1024, kReadAhead = 16;
  TokenId ids[kIds + 4];
  if (text.size() - begin < kReadAhead) return {begin, 0};
  const std::size_t end = text.size() - kReadAhead;
  const Alphabet::Table alphabet = alphabet_.table();
  const TokenId* const byte_ids = byte_ids_.data();
  const std::size_t bytes_of_unknown = has_byte_ids_ ? 4 : 1;
  TokenId* next_id = ids;
  Stop stop{begin, 0};
  DecodedChar left = decode_utf8_ahead(text, begin);
  std::uint32_t left_entry = alphabet.entry(left.code_point);
  while (stop.begin < end) {
    const std::size_t next = stop.begin + left.bytes;
    const DecodedChar right = decode_utf8_ahead(text, next);
    const std::uint32_t right_entry = alphabet.entry(right.code_point);
    const bool may_join =
        ((left_entry / Alphabet::kJoinsAfter) & (right_entry / Alphabet::kJoinsBefore)) != 0;
    if ((may_join && !cutter_.may_cut(left.code_point, right.code_point)) ||
        (left_entry & Alphabet::kIndirect) != 0) {
      stop.end = unit_end(text, stop.begin);
      break;
    }
    // Known and unknown characters take turns as nobody can foretell: no branch.
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data()) + stop.begin;
    const std::uint32_t unknown = (left_entry / Alphabet::kKnown & 1) - 1;  // all ones or none
    const TokenId symbol = left_entry & Alphabet::kSymbolMask;
    next_id[0] = symbol ^ ((symbol ^ byte_ids[bytes[0]]) & unknown);
    next_id[1] = byte_ids[bytes[1]];
    next_id[2] = byte_ids[bytes[2]];
    next_id[3] = byte_ids[bytes[3]];
    next_id += 1 + ((std::min(left.bytes, bytes_of_unknown) - 1) & unknown);
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
