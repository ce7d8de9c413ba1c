#include "tokenizer/byte_level/whole_pretokens.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

namespace corpusmill {
namespace {

template <class Word>
std::uint64_t load(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace

WholePretokens::WholePretokens(Vocabulary vocabulary, const std::array<TokenId, 256>& byte_ids,
                               const MergeTable& merges)
    : vocabulary_(std::move(vocabulary)) {
  // Random text hits short entries alone, so it is for these that the merges are asked.
  constexpr std::size_t kShortBytes = 4, kRowsMax = 32;
  constexpr std::size_t kBitsPerEntry = 16, kBitsMin = 64;
  const std::size_t bits = std::bit_ceil(vocabulary_.tokens() * kBitsPerEntry + kBitsMin);
  filter_.resize(bits / 64);
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(bits));
  ShortRow rows[kRowsMax];
  TokenId ids[kRowsMax];
  std::size_t count = 0;
  const auto merge = [&] {
    merges.merge_rows(std::span(rows, count));
    for (std::size_t i = 0; i < count; ++i) {
      if (rows[i].count != 1 || rows[i].symbols[0] != ids[i]) {
        add_to_filter(vocabulary_.spelling(ids[i]));
      }
    }
    count = 0;
  };
  for (TokenId id = 0; id < vocabulary_.size(); ++id) {
    if (!vocabulary_.has(id)) continue;
    const std::string_view bytes = vocabulary_.spelling(id);
    if (bytes.size() > kShortBytes) {
      add_to_filter(bytes);
      continue;
    }
    std::transform(bytes.begin(), bytes.end(), rows[count].symbols,
                   [&](char byte) { return byte_ids[static_cast<std::uint8_t>(byte)]; });
    rows[count].count = static_cast<std::uint32_t>(bytes.size());
    ids[count++] = id;
    if (count == kRowsMax) merge();
  }
  merge();
}

void WholePretokens::add_to_filter(std::string_view pretoken) {
  const std::uint64_t bit = hash_of(pretoken) >> shift_;
  filter_[bit >> 6] |= std::uint64_t{1} << (bit & 63);
}

std::uint64_t WholePretokens::hash_of(std::string_view pretoken) {
  const char* const first = pretoken.data();
  const std::size_t size = pretoken.size();
  std::uint64_t head;
  if (size >= 8) {
    head = load<std::uint64_t>(first);
  } else if (size >= 4) {
    head = load<std::uint32_t>(first) | load<std::uint32_t>(first + size - 4) << 32;
  } else if (size >= 2) {
    head = load<std::uint16_t>(first) | load<std::uint16_t>(first + size - 2) << 16;
  } else {
    head = size == 0 ? 0 : static_cast<std::uint8_t>(*first);
  }
  const std::uint64_t hash = (head ^ size << 58) * 0x9E3779B97F4A7C15U;
  return (hash ^ hash >> 32) * 0xD6E8FEB86659FD93U;
}

}  // namespace corpusmill
