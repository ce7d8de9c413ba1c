#include "tokenizer/text/prefix_scanner.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace corpusmill {
namespace {

constexpr std::size_t kBuckets = 8;
constexpr std::size_t kBlockBytes = 32;

bool has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

}  // namespace

PrefixScanner::PrefixScanner(std::span<const std::string_view> strings, bool simd)
    : pairs_(std::size_t{1} << 16), simd_(simd && has_avx2()) {
  std::vector<std::string_view> prefixes;
  for (const std::string_view string : strings) {
    prefixes.push_back(string.substr(0, kPrefixBytes));
    const std::size_t first = byte_at(string, 0);
    first_[first] = true;
    const std::size_t second = string.size() > 1 ? byte_at(string, 1) : 0;
    const std::size_t last = string.size() > 1 ? second : 255;
    for (std::size_t byte = second; byte <= last; ++byte) pairs_[first << 8 | byte] = true;
  }
  if (std::count(first_.begin(), first_.end(), true) == 1) {
    sole_first_ = static_cast<std::uint8_t>(strings.front().front());
  }
  std::sort(prefixes.begin(), prefixes.end());
  prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
  // Neighbours share a bucket, so that few combinations that are nobody's fit one.
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    const std::size_t bucket = prefixes.size() <= kBuckets ? i : i * kBuckets / prefixes.size();
    add_prefix(prefixes[i], static_cast<std::uint8_t>(1U << bucket));
  }
}

void PrefixScanner::add_prefix(std::string_view string, std::uint8_t bucket) {
  for (std::size_t place = 0; place < kPrefixBytes; ++place) {
    for (std::size_t half = 0; half < 16; ++half) {
      const bool any = place >= string.size();
      auto& [low, high] = buckets_[place];
      if (any || (byte_at(string, place) & 0xFU) == half) low[half] |= bucket;
      if (any || byte_at(string, place) >> 4 == half) high[half] |= bucket;
    }
  }
}

std::size_t PrefixScanner::next_by_first_byte(std::string_view text, std::size_t at) const {
  for (; at < text.size(); ++at) {
    const void* const found = std::memchr(text.data() + at, *sole_first_, text.size() - at);
    if (found == nullptr) return text.size();
    at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    if (at + 1 == text.size()) return at;
    if (pairs_[std::size_t{*sole_first_} << 8 | byte_at(text, at + 1)]) return at;
  }
  return at;
}

std::size_t PrefixScanner::next_by_pairs(std::string_view text, std::size_t at,
                                         std::size_t end) const {
  for (; at < end; ++at) {
    const std::size_t first = byte_at(text, at);
    if (!first_[first]) continue;
    if (at + 1 == text.size() || pairs_[first << 8 | byte_at(text, at + 1)]) return at;
  }
  return at;
}

#if defined(__x86_64__)

// The first position that may start a string, or the first that is too near the end to tell.
__attribute__((target("avx2,bmi"))) std::size_t PrefixScanner::skip_blocks(std::string_view text,
                                                                           std::size_t at) const {
  const __m256i half_bits = _mm256_set1_epi8(0x0F);
  __m256i low[kPrefixBytes], high[kPrefixBytes];
  for (std::size_t place = 0; place < kPrefixBytes; ++place) {
    const auto load = [&](std::size_t half) {
      return reinterpret_cast<const __m128i*>(buckets_[place][half].data());
    };
    low[place] = _mm256_broadcastsi128_si256(_mm_loadu_si128(load(0)));
    high[place] = _mm256_broadcastsi128_si256(_mm_loadu_si128(load(1)));
  }
  for (; at + kBlockBytes + kPrefixBytes - 1 <= text.size(); at += kBlockBytes) {
    __m256i fitting = _mm256_set1_epi8(-1);
    for (std::size_t place = 0; place < kPrefixBytes; ++place) {
      const __m256i bytes =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + at + place));
      const __m256i by_low = _mm256_shuffle_epi8(low[place], _mm256_and_si256(bytes, half_bits));
      const __m256i by_high = _mm256_shuffle_epi8(
          high[place], _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half_bits));
      fitting = _mm256_and_si256(fitting, _mm256_and_si256(by_low, by_high));
    }
    const auto none = static_cast<std::uint32_t>(
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(fitting, _mm256_setzero_si256())));
    if (none != ~std::uint32_t{0}) return at + static_cast<std::size_t>(std::countr_one(none));
  }
  return at;
}

#else

std::size_t PrefixScanner::skip_blocks(std::string_view, std::size_t at) const {
  return at;
}

#endif

std::size_t PrefixScanner::next(std::string_view text, std::size_t at) const {
  if (sole_first_) return next_by_first_byte(text, at);
  if (!simd_) return next_by_pairs(text, at, text.size());
  at = skip_blocks(text, at);
  const bool near_end = at + kBlockBytes + kPrefixBytes - 1 > text.size();
  return near_end ? next_by_pairs(text, at, text.size()) : at;
}

}  // namespace corpusmill
