// Sixteen characters of UTF-8 decoded at once, for processors with AVX-512 and VBMI2. Call from
// functions with the same target.
#pragma once

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#define CORPUSMILL_VBMI2 __attribute__((target("avx512bw,avx512vbmi2,avx512vbmi,bmi2,bmi,popcnt")))

namespace corpusmill {

// The steps, and the constants that they take. A block is 64 bytes that begin where a character
// does; `follows` tells which of its bytes have the form of those that are in a character but not
// the first.
struct CharLanes {
  static constexpr std::size_t kBlock = 64, kLanes = 16;
  static constexpr __mmask16 kAllLanes = 0xFFFF;  // GCC 12 warns of unmasked forms
  static constexpr __mmask64 kAllBytes = ~__mmask64{0};
  static constexpr std::uint32_t kMalformed = 0x1FFFFF;

  // Up to 16 characters that stand one behind the other.
  struct Chars {
    __m512i code_points;  // kMalformed where the bytes are no character
    __m512i first_bytes;  // and what follows them
    __m512i places;       // offsets in the block
    unsigned well_formed = 0;
    unsigned wide = 0;  // not ASCII
    unsigned count = 0;
  };

  // In memory: the compiler would rather make them anew in every round.
  struct Constants {
    __m512i byte_numbers, fours, four_numbers, one, mark_bits, marks, least, behind;
    __m512i first, second, third, fourth, most, surrogate_bits, surrogates, malformed, wide_bit;
    __m512i three_first, three_last, three_but, three_bits, six_of_bytes, six_of_halves;
  };

  CORPUSMILL_VBMI2 static __m512i all(std::uint32_t number) {
    return _mm512_set1_epi32(static_cast<int>(number));
  }
  CORPUSMILL_VBMI2 static __m512i table(unsigned a, unsigned b, unsigned c, unsigned d) {
    return _mm512_zextsi128_si512(_mm_setr_epi32(static_cast<int>(a), static_cast<int>(b),
                                                 static_cast<int>(c), static_cast<int>(d)));
  }

  CORPUSMILL_VBMI2 static Constants make_constants() {
    alignas(64) static constexpr auto kNumbers = [] {
      std::array<std::uint8_t, kBlock> numbers{};
      for (std::size_t i = 0; i < kBlock; ++i) numbers[i] = static_cast<std::uint8_t>(i);
      return numbers;
    }();
    alignas(64) static constexpr auto kFours = [] {
      std::array<std::uint8_t, kBlock> numbers{};
      for (std::size_t i = 0; i < kBlock; ++i) numbers[i] = static_cast<std::uint8_t>(i / 4);
      return numbers;
    }();
    Constants made;
    made.byte_numbers = _mm512_load_si512(kNumbers.data());
    made.fours = _mm512_load_si512(kFours.data());
    made.four_numbers = all(0x03020100);
    made.one = all(1);
    made.mark_bits = table(0x80, 0xE0, 0xF0, 0xF8);
    made.marks = table(0, 0xC0, 0xE0, 0xF0);
    made.least = table(0, 0x80, 0x800, 0x10000);
    made.behind = table(18, 12, 6, 0);
    made.first = all(0xFF);
    made.second = all(0x3F000);
    made.third = all(0xFC0);
    made.fourth = all(0x3F);
    made.most = all(0x10FFFF);
    made.surrogate_bits = all(~0x7FFU);
    made.surrogates = all(0xD800);
    made.malformed = all(kMalformed);
    made.wide_bit = all(0x80);
    made.three_first = all(0xE1E1E1E1);
    made.three_last = all(0x0E0E0E0E);
    made.three_but = all(0xEDEDEDED);
    made.three_bits = all(0x003F3F0F);
    made.six_of_bytes = all(0x00010140);
    made.six_of_halves = all(0x00010040);
    return made;
  }

  CORPUSMILL_VBMI2 static __m512i widen(__m512i bytes) {
    return _mm512_maskz_cvtepu8_epi32(kAllLanes, _mm512_maskz_extracti32x4_epi32(0xF, bytes, 0));
  }
  // table[number % 16]
  CORPUSMILL_VBMI2 static __m512i choose(__m512i numbers, __m512i table) {
    return _mm512_maskz_permutexvar_epi32(kAllLanes, numbers, table);
  }
  // Whether all characters that end in the block are ASCII, or of three bytes and well-formed: of
  // those that E0 and ED begin, which not all are, it is not asked.
  CORPUSMILL_VBMI2 static bool is_simple(__m512i block, std::uint64_t follows,
                                         const Constants& constants) {
    const __m512i lead = _mm512_sub_epi8(block, constants.three_first);
    const std::uint64_t three = _mm512_mask_cmpneq_epi8_mask(
        _mm512_cmple_epu8_mask(lead, constants.three_last), block, constants.three_but);
    const std::uint64_t wide = _mm512_movepi8_mask(block);
    return ((follows ^ (three << 1 | three << 2)) | (wide ^ (follows | three))) == 0;
  }

  // The bytes of as many characters as there are lanes, or of all of them.
  CORPUSMILL_VBMI2 static std::size_t bytes_of_lanes(std::uint64_t firsts) {
    const std::uint64_t behind = _pdep_u64(std::uint64_t{1} << kLanes, firsts);
    if (behind == 0) [[unlikely]]
      return static_cast<std::size_t>(std::bit_width(firsts)) - 1;
    return static_cast<std::size_t>(std::countr_zero(behind));
  }

  // `firsts`: where in the block characters begin, bit 0 set, and where the last one ends.
  CORPUSMILL_VBMI2 static Chars find_chars(__m512i block, std::uint64_t firsts, __m512i places,
                                           const Constants& constants) {
    Chars chars;
    chars.count = std::min<unsigned>(kLanes, static_cast<unsigned>(std::popcount(firsts)) - 1);
    chars.places = widen(places);
    const __m512i four_places = _mm512_add_epi8(
        _mm512_maskz_permutexvar_epi8(kAllBytes, constants.fours, places), constants.four_numbers);
    chars.first_bytes = _mm512_maskz_permutexvar_epi8(kAllBytes, four_places, block);
    chars.wide = static_cast<unsigned>(_pext_u64(_mm512_movepi8_mask(block), firsts)) &
                 ((1U << chars.count) - 1);
    return chars;
  }

  // If the block is_simple().
  CORPUSMILL_VBMI2 static Chars decode_simple(__m512i block, std::uint64_t firsts,
                                              const Constants& constants) {
    const __m512i places = _mm512_maskz_compress_epi8(firsts, constants.byte_numbers);
    Chars chars = find_chars(block, firsts, places, constants);
    chars.well_formed = (1U << chars.count) - 1;
    const __m512i bits = _mm512_and_si512(chars.first_bytes, constants.three_bits);
    const __m512i twelve = _mm512_maddubs_epi16(bits, constants.six_of_bytes);
    const __mmask16 ascii = _mm512_testn_epi32_mask(chars.first_bytes, constants.wide_bit);
    chars.code_points = _mm512_mask_and_epi32(_mm512_madd_epi16(twelve, constants.six_of_halves),
                                              ascii, chars.first_bytes, constants.first);
    return chars;
  }

  CORPUSMILL_VBMI2 static Chars decode(__m512i block, std::uint64_t firsts,
                                       const Constants& constants) {
    const __m512i places = _mm512_maskz_compress_epi8(firsts, constants.byte_numbers);
    const __m512i ends = _mm512_maskz_compress_epi8(firsts & (firsts - 1), constants.byte_numbers);
    Chars chars = find_chars(block, firsts, places, constants);
    const auto lanes = static_cast<__mmask16>((1U << chars.count) - 1);
    const __m512i bytes = widen(_mm512_sub_epi8(ends, places));
    const __m512i text = chars.first_bytes;
    // By the number of bytes: which bits of a first byte tell it and what they are, the least code
    // point, and the bits that are not the character's.
    const __m512i number = _mm512_sub_epi32(bytes, constants.one);
    const __m512i mark_bits = choose(number, constants.mark_bits);
    const __m512i marks = choose(number, constants.marks);
    const __m512i least = choose(number, constants.least);
    const __m512i behind = choose(number, constants.behind);
    const __m512i first = _mm512_maskz_slli_epi32(
        kAllLanes,
        _mm512_maskz_andnot_epi32(kAllLanes, mark_bits, _mm512_and_si512(text, constants.first)),
        18);
    const __m512i second =
        _mm512_and_si512(_mm512_maskz_slli_epi32(kAllLanes, text, 4), constants.second);
    const __m512i third =
        _mm512_and_si512(_mm512_maskz_srli_epi32(kAllLanes, text, 10), constants.third);
    const __m512i fourth =
        _mm512_and_si512(_mm512_maskz_srli_epi32(kAllLanes, text, 24), constants.fourth);
    const __m512i four =
        _mm512_or_si512(_mm512_or_si512(first, second), _mm512_or_si512(third, fourth));
    const __m512i code_points = _mm512_maskz_srlv_epi32(kAllLanes, four, behind);
    __mmask16 good = _mm512_mask_cmplt_epu32_mask(lanes, number, _mm512_set1_epi32(4));
    good = _mm512_mask_cmpeq_epi32_mask(good, _mm512_and_si512(text, mark_bits), marks);
    good = _mm512_mask_cmpge_epu32_mask(good, code_points, least);
    good = _mm512_mask_cmple_epu32_mask(good, code_points, constants.most);
    good = _mm512_mask_cmpneq_epi32_mask(
        good, _mm512_and_si512(code_points, constants.surrogate_bits), constants.surrogates);
    chars.well_formed = good;
    chars.code_points = _mm512_mask_mov_epi32(constants.malformed, good, code_points);
    return chars;
  }

  CORPUSMILL_VBMI2 static Chars decode_any(__m512i block, std::uint64_t firsts,
                                           std::uint64_t follows, std::uint64_t pretokens,
                                           const Constants& constants) {
    const bool simple = (pretokens & follows) == 0 && is_simple(block, follows, constants);
    return simple ? decode_simple(block, firsts, constants) : decode(block, firsts, constants);
  }
};

}  // namespace corpusmill

#endif
