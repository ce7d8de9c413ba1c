#include "tokenizer/text/suspect_scanner.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <bit>
#include <cstdint>

#include "tokenizer/text/normalization_tables.h"
#include "tokenizer/text/unicode_class.h"
#include "tokenizer/text/wide_char_scanner.h"

namespace corpusmill {
namespace {

bool is_suspect(const NormalizationTables& tables, std::string_view text, std::size_t at) {
  const std::uint32_t code_point = decode_utf8(text, at).code_point;
  return (tables.traits(code_point) & NormalizationTables::kSuspect) != 0;
}

// `next`: finds characters that may be suspects.
template <class Next>
std::size_t scan(const NormalizationTables& tables, std::string_view text, std::size_t at,
                 const Next& next) {
  while ((at = next(text, at)) < text.size() && !is_suspect(tables, text, at)) {
    at += decode_utf8(text, at).bytes;
  }
  return at;
}

#if defined(__x86_64__)

#define CORPUSMILL_AVX512 __attribute__((target("avx512bw,avx512vbmi2,bmi,popcnt")))

constexpr std::size_t kBytes = 64;  // at a time
constexpr __mmask16 kAll = 0xFFFF;  // GCC 12 warns of unmasked forms

CORPUSMILL_AVX512 __m512i all(std::uint32_t value) {
  return _mm512_set1_epi32(static_cast<int>(value));
}

// Which of the characters that begin with the four bytes of each lane have traits in their block,
// or are malformed.
CORPUSMILL_AVX512 __mmask16 with_traits(const std::uint16_t* blocks, __m512i bytes,
                                        __mmask16 lanes) {
  const __m512i first = _mm512_and_si512(bytes, all(0xFF));
  const __mmask16 three = _mm512_cmpge_epu32_mask(first, all(0xE0));
  const __mmask16 four = _mm512_cmpge_epu32_mask(first, all(0xF0));
  const auto by_size = [&](__m512i of_two, __m512i of_three, __m512i of_four) CORPUSMILL_AVX512 {
    return _mm512_mask_mov_epi32(_mm512_mask_mov_epi32(of_two, three, of_three), four, of_four);
  };
  const __m512i mask = by_size(all(0xC0E0), all(0xC0C0F0), all(0xC0C0C0F8));
  const __m512i well_formed = by_size(all(0x80C0), all(0x8080E0), all(0x808080F0));
  const __mmask16 is_char =
      _mm512_mask_cmpeq_epi32_mask(lanes, _mm512_and_si512(bytes, mask), well_formed);
  const __m512i second = _mm512_and_si512(_mm512_maskz_srli_epi32(kAll, bytes, 8), all(0x3F));
  const __m512i third = _mm512_and_si512(_mm512_maskz_srli_epi32(kAll, bytes, 16), all(0x3F));
  const auto behind = [&](__m512i high, __m512i low) CORPUSMILL_AVX512 {
    return _mm512_or_si512(_mm512_maskz_slli_epi32(kAll, high, 6), low);
  };
  const __m512i block =
      by_size(_mm512_and_si512(first, all(0x1F)), behind(_mm512_and_si512(first, all(0xF)), second),
              behind(behind(_mm512_and_si512(first, all(0x7)), second), third));
  static_assert(NormalizationTables::kBlock == 64);
  const __m512i found = _mm512_mask_i32gather_epi32(all(0), is_char, block, blocks, sizeof *blocks);
  return static_cast<__mmask16>(_mm512_test_epi32_mask(found, all(0xFFFF)) | (lanes & ~is_char));
}

// The first suspect, or a place near the text's end before which there is none.
CORPUSMILL_AVX512 std::size_t scan_avx512(const NormalizationTables& tables,
                                          const HalfByteTables& leads, std::string_view text,
                                          std::size_t at) {
  constexpr int kFew = 4;
  const auto load = [&](const std::array<std::uint8_t, 16>& table) CORPUSMILL_AVX512 {
    return _mm512_maskz_broadcast_i32x4(
        kAll, _mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
  };
  const __m512i low = load(leads.low), high = load(leads.high);
  const __m512i half_bits = _mm512_set1_epi8(0x0F);
  for (; at + kBytes + 3 <= text.size(); at += kBytes) {
    const char* const here = text.data() + at;
    const __m512i bytes = _mm512_loadu_si512(here);
    const __m512i uppers = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), half_bits);
    std::uint64_t rest =
        _mm512_test_epi8_mask(_mm512_shuffle_epi8(low, _mm512_and_si512(bytes, half_bits)),
                              _mm512_shuffle_epi8(high, uppers));
    // The first one by itself: where one is a suspect the next one often is.
    for (bool is_first = true; rest != 0 && (is_first || std::popcount(rest) < kFew);
         rest &= rest - 1, is_first = false) {
      const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(rest));
      if (is_suspect(tables, text, place)) return place;
    }
    if (rest == 0) continue;
    alignas(64) std::uint8_t places[kBytes];
    alignas(64) static constexpr auto kNumbers = [] {
      std::array<std::uint8_t, kBytes> numbers{};
      for (std::size_t i = 0; i < kBytes; ++i) numbers[i] = static_cast<std::uint8_t>(i);
      return numbers;
    }();
    _mm512_store_si512(places,
                       _mm512_maskz_compress_epi8(rest, _mm512_load_si512(kNumbers.data())));
    const auto count = static_cast<unsigned>(std::popcount(rest));
    for (unsigned done = 0; done < count; done += 16) {
      const auto lanes =
          static_cast<__mmask16>(count - done < 16 ? (1U << (count - done)) - 1 : kAll);
      const __m512i where = _mm512_maskz_cvtepu8_epi32(
          kAll, _mm_load_si128(reinterpret_cast<const __m128i*>(places + done)));
      const __m512i chars = _mm512_mask_i32gather_epi32(all(0), lanes, where, here, 1);
      for (unsigned found = with_traits(tables.blocks(), chars, lanes); found != 0;
           found &= found - 1) {
        const std::size_t place =
            at + places[done + static_cast<unsigned>(std::countr_zero(found))];
        if (is_suspect(tables, text, place)) return place;
      }
    }
  }
  return at;
}

const bool kHasAvx512 =
    __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vbmi2") != 0;

#endif

}  // namespace

std::size_t next_suspect(std::string_view text, std::size_t at, bool compatible) {
  const auto next = compatible ? next_wide_char : next_unusual_char;
  if ((at = next(text, at)) == text.size()) return at;
  const NormalizationTables& tables = NormalizationTables::get(compatible);
#if defined(__x86_64__)
  if (kHasAvx512) at = scan_avx512(tables, compatible ? kWideLeads : kUnusualLeads, text, at);
#endif
  return scan(tables, text, at, next);
}

}  // namespace corpusmill
