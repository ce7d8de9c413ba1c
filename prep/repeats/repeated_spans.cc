#include "prep/repeats/repeated_spans.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "prep/repeats/suffix_array.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kNarrowTokensMax = std::numeric_limits<std::uint32_t>::max();

// For every token the place where the min_tokens tokens from there on stand first; itself where
// that is here. kNowhere: they do not lie inside one document.
template <typename Index>
class FirstPlaces {
 public:
  static constexpr Index kNowhere = std::numeric_limits<Index>::max();

  FirstPlaces(const PackedTokens& tokens, std::span<const TokenRange> documents,
              std::uint64_t min_tokens)
      : tokens_(tokens), min_tokens_(min_tokens), places_(tokens.size(), kNowhere) {
    for (const TokenRange& document : documents) {
      for (std::uint64_t at = document.begin; at + min_tokens <= document.end; ++at) {
        places_[at] = static_cast<Index>(at);
      }
    }
    const SuffixArray suffixes(tokens.bytes);
    std::vector<std::uint64_t> group;  // suffixes that begin with the same min_tokens tokens
    for (std::uint64_t rank = 0; rank < suffixes.size(); ++rank) {
      const std::uint64_t byte = suffixes[rank];
      if (byte % tokens.width != 0) continue;
      const std::uint64_t at = byte / tokens.width;
      if (places_[at] == kNowhere) continue;
      if (!group.empty() && !is_same(group.back(), at)) settle(group);
      group.push_back(at);
    }
    settle(group);
  }

  // Whether the tokens from here on repeat earlier ones that they do not overlap.
  bool is_repeat(std::uint64_t at) const {
    return places_[at] != kNowhere && places_[at] + min_tokens_ <= at;
  }
  std::uint64_t operator[](std::uint64_t at) const { return places_[at]; }

 private:
  bool is_same(std::uint64_t a, std::uint64_t b) const {
    const std::uint8_t* const bytes = tokens_.bytes.data();
    return std::memcmp(bytes + a * tokens_.width, bytes + b * tokens_.width,
                       min_tokens_ * tokens_.width) == 0;
  }

  void settle(std::vector<std::uint64_t>& group) {
    if (group.size() > 1) {
      const auto first = static_cast<Index>(*std::min_element(group.begin(), group.end()));
      for (const std::uint64_t at : group) places_[at] = first;
    }
    group.clear();
  }

  const PackedTokens& tokens_;
  std::uint64_t min_tokens_;
  std::vector<Index> places_;
};

template <typename Index>
std::vector<RepeatedSpan> find_spans(const PackedTokens& tokens,
                                     std::span<const TokenRange> documents,
                                     std::uint64_t min_tokens) {
  const FirstPlaces<Index> first(tokens, documents, min_tokens);
  std::vector<RepeatedSpan> spans;
  std::uint64_t covered = 0;  // up to here
  for (const TokenRange& document : documents) {
    for (std::uint64_t at = document.begin; at + min_tokens <= document.end; ++at) {
      if (!first.is_repeat(at)) continue;
      const std::uint64_t end = at + min_tokens;
      const bool goes_on = !spans.empty() && at <= covered &&
                           spans.back().begin >= document.begin &&
                           first[at] - spans.back().first == at - spans.back().begin;
      if (goes_on) {
        spans.back().end = end;
      } else {
        const std::uint64_t begin = std::max(at, covered);
        spans.push_back({begin, end, first[at] + (begin - at)});
      }
      covered = end;
    }
  }
  return spans;
}

}  // namespace

std::uint64_t repeated_spans_bytes(std::uint64_t tokens, std::uint64_t width) {
  const std::uint64_t bytes = tokens * width;
  const std::uint64_t place_bytes =
      tokens < kNarrowTokensMax ? sizeof(std::uint32_t) : sizeof(std::uint64_t);
  return bytes + SuffixArray::bytes_for(bytes) + tokens * place_bytes;
}

std::vector<RepeatedSpan> find_repeated_spans(const PackedTokens& tokens,
                                              std::span<const TokenRange> documents,
                                              std::uint64_t min_tokens) {
  return tokens.size() < kNarrowTokensMax
             ? find_spans<std::uint32_t>(tokens, documents, min_tokens)
             : find_spans<std::uint64_t>(tokens, documents, min_tokens);
}

}  // namespace corpusmill
