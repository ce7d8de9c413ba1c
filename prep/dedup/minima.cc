#include "prep/dedup/minima.h"

#include <algorithm>

namespace corpusmill::minima {

void throw_round(std::span<const std::uint64_t> shingles, unsigned round,
                 std::span<std::uint64_t> signature) {
  const std::uint64_t bins = signature.size();
  const std::uint64_t round_bits = static_cast<std::uint64_t>(round) << 32;
  for (const std::uint64_t shingle : shingles) {
    const std::uint64_t hash = hash_in_round(shingle, round);
    std::uint64_t& least = signature[(hash >> 32) * bins >> 32];
    const std::uint64_t value = round_bits | (hash & 0xFFFFFFFFU);
    if (value < least) [[unlikely]]
      least = value;
  }
}

bool is_full(std::span<const std::uint64_t> signature) {
  return std::find(signature.begin(), signature.end(), kEmpty) == signature.end();
}

void fill(std::span<const std::uint64_t> shingles, std::span<std::uint64_t> signature) {
  for (unsigned round = 1; round < kRounds; ++round) {
    if (is_full(signature)) return;
    throw_round(shingles, round, signature);
  }
  for (std::size_t bin = 0; bin < signature.size(); ++bin) {
    if (signature[bin] != kEmpty) continue;
    const unsigned round = kRounds + static_cast<unsigned>(bin);
    for (const std::uint64_t shingle : shingles) {
      const std::uint64_t value = hash_in_round(shingle, round) & 0xFFFFFFFFU;
      signature[bin] = std::min(signature[bin], static_cast<std::uint64_t>(round) << 32 | value);
    }
  }
}

}  // namespace corpusmill::minima
