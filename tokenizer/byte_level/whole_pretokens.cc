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
    : vocabulary_(std::move(vocabulary)),
      heads_(vocabulary_.tokens() * 4),
      entries_(vocabulary_.tokens() * 16) {
  // Random text hits short entries alone, so it is for these that the merges are asked.
  constexpr std::size_t kRowsMax = 32;
  ShortRow rows[kRowsMax];
  TokenId ids[kRowsMax];
  std::size_t count = 0;
  const auto merge = [&] {
    merges.merge_rows(std::span(rows, count));
    for (std::size_t i = 0; i < count; ++i) {
      if (rows[i].count != 1 || rows[i].symbols[0] != ids[i]) {
        add_to_filters(vocabulary_.spelling(ids[i]));
      }
    }
    count = 0;
  };
  for (TokenId id = 0; id < vocabulary_.size(); ++id) {
    if (!vocabulary_.has(id)) continue;
    const std::string_view bytes = vocabulary_.spelling(id);
    if (bytes.size() > kHeadBytes) {
      add_to_filters(bytes);
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

WholePretokens::Filter::Filter(std::size_t bits_min) {
  const std::size_t bits = std::bit_ceil(bits_min + 64);
  words_.resize(bits / 64);
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(bits));
}

void WholePretokens::add_to_filters(std::string_view pretoken) {
  entries_.add(hash_of(pretoken));
  if (pretoken.size() > kHeadBytes) {
    heads_.add(hash_of_head(pretoken));
  } else {
    short_sizes_ |= 1U << pretoken.size();
  }
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
