#include "tokenizer/text/wide_char_scanner.h"

#include <array>
#include <bit>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace corpusmill {
namespace {

// A byte is looked for if the entries of its two halves have a bit in common.
struct HalfByteTables {
  std::array<std::uint8_t, 16> low, high;

  bool holds(char c) const {
    const auto byte = static_cast<std::uint8_t>(c);
    return (low[byte & 0xFU] & high[byte >> 4]) != 0;
  }
};

constexpr HalfByteTables kWideLeads = {.low = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
                                       .high = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1}};

// Bit 1 is for first bytes 0xC?, 2 for 0xD?, 4 for 0xE?, 8 for 0xF?.
constexpr HalfByteTables make_unusual_leads() {
  HalfByteTables tables{};
  for (unsigned low = 0; low < 16; ++low) {
    const bool below_0300 = low >= 0x2 && low <= 0xB;
    const bool below_0480 = low <= 0x1;
    const bool han = low >= 0x4 && low <= 0x9;
    const bool hangul = low == 0xB || low == 0xC;
    tables.low[low] = static_cast<std::uint8_t>((below_0300 ? 0 : 1) | (below_0480 ? 0 : 2) |
                                                (han || hangul ? 0 : 4) | 8);
  }
  for (unsigned i = 0; i < 4; ++i) tables.high[0xC + i] = static_cast<std::uint8_t>(1U << i);
  return tables;
}
constexpr HalfByteTables kUnusualLeads = make_unusual_leads();

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

bool is_wide_lead(char byte) {
  return kWideLeads.holds(byte);
}

bool is_unusual_lead(char byte) {
  return kUnusualLeads.holds(byte);
}

}  // namespace corpusmill
