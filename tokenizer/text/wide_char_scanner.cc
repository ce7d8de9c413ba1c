#include "tokenizer/text/wide_char_scanner.h"

#include <bit>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace corpusmill {
namespace {

#if defined(__x86_64__)

// The first byte that `tables` hold, or one less than 32 bytes from the end.
__attribute__((target("avx2,bmi"))) std::size_t skip_blocks(std::string_view text, std::size_t at,
                                                            const HalfByteTables& tables) {
  const auto load = [](const std::array<std::uint8_t, 16>& table) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data()));
  };
  const __m256i low = _mm256_broadcastsi128_si256(load(tables.low));
  const __m256i high = _mm256_broadcastsi128_si256(load(tables.high));
  const __m256i half_bits = _mm256_set1_epi8(0x0F);
  for (; at + 32 <= text.size(); at += 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + at));
    const __m256i by_low = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half_bits));
    const __m256i by_high =
        _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half_bits));
    const __m256i none =
        _mm256_cmpeq_epi8(_mm256_and_si256(by_low, by_high), _mm256_setzero_si256());
    const auto mask = static_cast<std::uint32_t>(_mm256_movemask_epi8(none));
    if (mask != ~std::uint32_t{0}) return at + static_cast<std::size_t>(std::countr_one(mask));
  }
  return at;
}

const bool kHasAvx2 = __builtin_cpu_supports("avx2") != 0;

#endif

std::size_t next_held(std::string_view text, std::size_t at, const HalfByteTables& tables) {
#if defined(__x86_64__)
  if (kHasAvx2) at = skip_blocks(text, at, tables);
#endif
  while (at < text.size() && !tables.holds(text[at])) ++at;
  return at;
}

}  // namespace

std::size_t next_wide_char(std::string_view text, std::size_t at) {
  return next_held(text, at, kWideLeads);
}

std::size_t next_unusual_char(std::string_view text, std::size_t at) {
  return next_held(text, at, kUnusualLeads);
}

}  // namespace corpusmill
