// Spans of tokens that a corpus has had before, by a suffix array (the ExactSubstr of Lee et al.,
// Deduplicating Training Data Makes Language Models Better, ACL 2022).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace corpusmill {

struct TokenRange {
  std::uint64_t begin = 0, end = 0;
  bool operator==(const TokenRange&) const = default;
};

// Tokens [begin, end) stand at [first, first + end - begin) too, which is earlier and does not
// overlap them where they begin.
struct RepeatedSpan {
  std::uint64_t begin = 0, end = 0, first = 0;
  bool operator==(const RepeatedSpan&) const = default;
};

// Token ids as shards hold them, little-endian, `width` bytes each.
struct PackedTokens {
  std::span<const std::uint8_t> bytes;
  std::uint64_t width = 2;
  std::uint64_t size() const { return bytes.size() / width; }
};

// What find_repeated_spans() takes at most, the ids included, but for the spans.
std::uint64_t repeated_spans_bytes(std::uint64_t tokens, std::uint64_t width);

// A token is repeated if it lies in a run of min_tokens > 0 tokens, inside one document, that
// stands inside a document earlier, too, without overlap. All of these and no others are covered,
// once each, by the spans, which rise. A span ends where the repeated tokens end or where what they
// repeat is somewhere else. `documents` rise and do not overlap.
std::vector<RepeatedSpan> find_repeated_spans(const PackedTokens& tokens,
                                              std::span<const TokenRange> documents,
                                              std::uint64_t min_tokens);

}  // namespace corpusmill
