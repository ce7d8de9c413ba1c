#include "prep/signature/shingle_set.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace corpusmill {
namespace {

double similarity_of(std::size_t common, std::size_t a, std::size_t b, SimilarityKind kind) {
  const std::size_t whole = kind == SimilarityKind::kJaccard ? a + b - common : std::min(a, b);
  return static_cast<double>(common) / static_cast<double>(whole);
}

// The least number of common elements that is similar enough; more than the smaller set has if
// there is none.
std::size_t common_needed(std::size_t a, std::size_t b, SimilarityKind kind, double at_least) {
  const double share = kind == SimilarityKind::kJaccard ? at_least / (1 + at_least) : at_least;
  const double of = static_cast<double>(kind == SimilarityKind::kJaccard ? a + b : std::min(a, b));
  const std::size_t most = std::min(a, b);
  std::size_t needed = std::min(most, static_cast<std::size_t>(std::max(0.0, share * of)));
  while (needed > 0 && similarity_of(needed - 1, a, b, kind) >= at_least) --needed;
  while (needed <= most && similarity_of(needed, a, b, kind) < at_least) ++needed;
  return needed;
}

}  // namespace

namespace {

// By insertion where it is short, as nearly all are.
void sort_piece(std::span<std::uint64_t> piece) {
  constexpr std::size_t kShort = 16;
  if (piece.size() > kShort) return std::sort(piece.begin(), piece.end());
  for (std::size_t i = 1; i < piece.size(); ++i) {
    const std::uint64_t hash = piece[i];
    std::size_t to = i;
    for (; to > 0 && piece[to - 1] > hash; --to) piece[to] = piece[to - 1];
    piece[to] = hash;
  }
}

}  // namespace

// Hashes are spread evenly: dealt by their first bits into pieces of a few each, they are nearly in
// order, several times as fast as by comparing them.
void make_shingle_set(std::vector<std::uint64_t>& hashes) {
  constexpr std::size_t kFewHashes = 32;
  if (hashes.size() < kFewHashes) {
    std::sort(hashes.begin(), hashes.end());
  } else {
    thread_local std::vector<std::uint64_t> dealt;
    thread_local std::vector<std::uint32_t> ends;
    const auto bits = static_cast<int>(std::bit_width(hashes.size() / 4));
    const int shift = 64 - bits;
    ends.assign((std::size_t{1} << bits) + 1, 0);
    for (const std::uint64_t hash : hashes) ++ends[(hash >> shift) + 1];
    std::partial_sum(ends.begin(), ends.end(), ends.begin());
    dealt.resize(hashes.size());
    for (const std::uint64_t hash : hashes) dealt[ends[hash >> shift]++] = hash;
    // ends[i] is now where piece i ends. Pieces are long only where shingles repeat.
    std::uint32_t begin = 0;
    for (std::size_t piece = 0; piece + 1 < ends.size(); ++piece) {
      sort_piece(std::span(dealt).subspan(begin, ends[piece] - begin));
      begin = ends[piece];
    }
    hashes.swap(dealt);
  }
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

std::optional<double> similarity(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b,
                                 SimilarityKind kind, double at_least) {
  const std::size_t needed = common_needed(a.size(), b.size(), kind, at_least);
  if (needed > std::min(a.size(), b.size())) return std::nullopt;
  // Steps without branches on the data; what can still be common is looked at now and then.
  constexpr std::size_t kSteps = 64;
  std::size_t in_a = 0, in_b = 0, common = 0;
  while (in_a < a.size() && in_b < b.size()) {
    if (common + std::min(a.size() - in_a, b.size() - in_b) < needed) return std::nullopt;
    for (std::size_t step = 0; step < kSteps && in_a < a.size() && in_b < b.size(); ++step) {
      const std::uint64_t from_a = a[in_a], from_b = b[in_b];
      common += from_a == from_b;
      in_a += from_a <= from_b;
      in_b += from_b <= from_a;
    }
  }
  if (common < needed) return std::nullopt;
  return similarity_of(common, a.size(), b.size(), kind);
}

}  // namespace corpusmill
