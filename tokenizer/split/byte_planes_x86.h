// The SIMD behind byte_planes.h, for processors with AVX2 and for those with AVX-512 VBMI2. Call
// from functions with the same target, marked [[gnu::flatten]].
#pragma once

#if defined(__x86_64__)

#include <immintrin.h>

#include <array>

#include "tokenizer/split/byte_planes.h"
#include "tokenizer/split/offset_buffer.h"
#include "tokenizer/text/unicode_category.h"

#define CORPUSMILL_AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define CORPUSMILL_AVX512 __attribute__((target("avx512bw,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))

namespace corpusmill::byte_planes {

struct Avx2 {
  static constexpr bool kLooksUpChars = false;

  struct Block {
    __m256i low, high;
  };

  CORPUSMILL_AVX2 static Block load(const char* at) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)),
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32))};
  }
  CORPUSMILL_AVX2 static std::uint64_t mask(__m256i low, __m256i high) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
           std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(high))} << 32;
  }
  CORPUSMILL_AVX2 static Block set_bits(const Block& block, char bits) {
    const __m256i all = _mm256_set1_epi8(bits);
    return {_mm256_or_si256(block.low, all), _mm256_or_si256(block.high, all)};
  }
  CORPUSMILL_AVX2 static std::uint64_t equal(const Block& block, char byte) {
    const __m256i all = _mm256_set1_epi8(byte);
    return mask(_mm256_cmpeq_epi8(block.low, all), _mm256_cmpeq_epi8(block.high, all));
  }
  // Bytes in [first, last], unsigned.
  CORPUSMILL_AVX2 static std::uint64_t within(const Block& block, unsigned first, unsigned last) {
    const __m256i offset = _mm256_set1_epi8(static_cast<char>(first));
    const __m256i most = _mm256_set1_epi8(static_cast<char>(last - first));
    const __m256i low = _mm256_sub_epi8(block.low, offset);
    const __m256i high = _mm256_sub_epi8(block.high, offset);
    return mask(_mm256_cmpeq_epi8(_mm256_min_epu8(low, most), low),
                _mm256_cmpeq_epi8(_mm256_min_epu8(high, most), high));
  }
  CORPUSMILL_AVX2 static std::uint64_t top_bits(const Block& block) {
    return mask(block.low, block.high);
  }

  CORPUSMILL_AVX2 static AsciiPlanes ascii(const Block& block) {
    AsciiPlanes planes;
    planes.letter = within(set_bits(block, 0x20), 'a', 'z');
    planes.number = within(block, '0', '9');
    planes.plain_space = equal(block, ' ');
    planes.space = planes.plain_space | within(block, '\t', '\r');
    planes.newline = equal(block, '\r') | equal(block, '\n');
    planes.quote = equal(block, '\'');
    planes.upper = within(block, 'A', 'Z');
    planes.slash = equal(block, '/');
    return planes;
  }
  // at[0, 66) is readable.
  CORPUSMILL_AVX2 static WideLeads wide_leads(const char* at) {
    const Block first = load(at), second = load(at + 1), third = load(at + 2);
    const std::uint64_t letters = within(first, 0xE5, 0xE9) | within(first, 0xEB, 0xEC) |
                                  (equal(first, '\xE4') & ~equal(second, '\xB7'));
    const std::uint64_t second_is_80 = equal(second, '\x80');
    const std::uint64_t general = equal(first, '\xE2') & second_is_80;
    const std::uint64_t cjk = equal(first, '\xE3') & second_is_80;
    const std::uint64_t wide = equal(first, '\xEF') & equal(second, '\xBC');
    const std::uint64_t signs = (general & within(third, 0x90, 0xA7)) |
                                (cjk & (within(third, 0x81, 0x83) | within(third, 0x88, 0x91) |
                                        within(third, 0x94, 0x9F))) |
                                (wide & (within(third, 0x81, 0x8F) | within(third, 0x9A, 0xA0)));
    return {within(first, 0xC0, 0xFF), letters, signs};
  }

  // Appends base + i for every bit i of `bits`.
  CORPUSMILL_AVX2 static void append(std::uint64_t bits, std::uint32_t base, OffsetBuffer& out) {
    std::uint32_t* to = out.room(64 + 8);
    const auto count = static_cast<std::size_t>(std::popcount(bits));
    for (std::size_t done = 0; done < count; done += 8) {
      for (std::size_t i = 0; i < 8; ++i) {
        to[done + i] = base + static_cast<std::uint32_t>(std::countr_zero(bits));
        bits &= bits - 1;
      }
    }
    out.add(count);
  }
};

// Bits of kAsciiClasses.
enum AsciiClass : std::uint8_t {
  kAsciiLetter = 1,
  kAsciiNumber = 2,
  kAsciiSpace = 4,
  kAsciiPlainSpace = 8,
  kAsciiNewline = 16,
  kAsciiQuote = 32,
  kAsciiUpper = 64,
  kAsciiSlash = 128,
};
alignas(64) inline constexpr auto kAsciiClasses = [] {
  std::array<std::uint8_t, 128> classes{};
  for (unsigned c = 0; c < 128; ++c) {
    const bool upper = c >= 'A' && c <= 'Z', newline = c == '\n' || c == '\r';
    const bool letter = upper || (c >= 'a' && c <= 'z'), number = c >= '0' && c <= '9';
    classes[c] = static_cast<std::uint8_t>(
        letter * kAsciiLetter | number * kAsciiNumber | (c == ' ') * kAsciiPlainSpace |
        ((c >= '\t' && c <= '\r') || c == ' ') * kAsciiSpace | newline * kAsciiNewline |
        (c == '\'') * kAsciiQuote | upper * kAsciiUpper | (c == '/') * kAsciiSlash);
  }
  return classes;
}();

// What a character of three bytes is of WideLeads, by the low six bits of its bytes: what all three
// tables say.
constexpr std::uint8_t kWideSigns = 7, kWideLetters = 24;
using WideTable = std::array<std::uint8_t, 64>;
alignas(64) inline constexpr WideTable kWideFirst = [] {
  WideTable kinds{};
  kinds[0xE2 & 63] = 1, kinds[0xE3 & 63] = 2, kinds[0xEF & 63] = 4, kinds[0xE4 & 63] = 8;
  for (const unsigned lead : {0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEB, 0xEC}) kinds[lead & 63] = 16;
  return kinds;
}();
alignas(64) inline constexpr WideTable kWideSecond = [] {
  WideTable kinds{};
  for (unsigned byte = 0; byte < 64; ++byte) {
    kinds[byte] = static_cast<std::uint8_t>((byte == (0x80 & 63)) * 3 | (byte == (0xBC & 63)) * 4 |
                                            (byte != (0xB7 & 63)) * 8 | 16);
  }
  return kinds;
}();
alignas(64) inline constexpr WideTable kWideThird = [] {
  WideTable kinds{};
  for (unsigned byte = 0x80; byte < 0xC0; ++byte) {
    const auto within = [&](unsigned first, unsigned last) {
      return byte >= first && byte <= last ? 1U : 0U;
    };
    kinds[byte & 63] = static_cast<std::uint8_t>(
        within(0x90, 0xA7) | (within(0x81, 0x83) | within(0x88, 0x91) | within(0x94, 0x9F)) * 2 |
        (within(0x81, 0x8F) | within(0x9A, 0xA0)) * 4 | kWideLetters);
  }
  return kinds;
}();

// 64 times the byte, to be read from memory: the compiler would rather make it anew each time.
template <std::uint8_t kByte>
alignas(64) inline constexpr auto kAllBytes = [] {
  std::array<std::uint8_t, 64> bytes{};
  for (std::uint8_t& byte : bytes) byte = kByte;
  return bytes;
}();

struct Avx512 {
  static constexpr bool kLooksUpChars = true;
  static constexpr int kCharsMin = 8;  // from so many on add_chars() is faster than one by one

  struct Block {
    __m512i bytes;
  };

  CORPUSMILL_AVX512 static Block load(const char* at) { return {_mm512_loadu_si512(at)}; }
  CORPUSMILL_AVX512 static Block set_bits(const Block& block, char bits) {
    return {_mm512_or_si512(block.bytes, _mm512_set1_epi8(bits))};
  }
  CORPUSMILL_AVX512 static std::uint64_t equal(const Block& block, char byte) {
    return _mm512_cmpeq_epi8_mask(block.bytes, _mm512_set1_epi8(byte));
  }
  CORPUSMILL_AVX512 static std::uint64_t within(const Block& block, unsigned first, unsigned last) {
    const __m512i offset = _mm512_sub_epi8(block.bytes, _mm512_set1_epi8(static_cast<char>(first)));
    return _mm512_cmple_epu8_mask(offset, _mm512_set1_epi8(static_cast<char>(last - first)));
  }
  CORPUSMILL_AVX512 static std::uint64_t top_bits(const Block& block) {
    return _mm512_movepi8_mask(block.bytes);
  }

  CORPUSMILL_AVX512 static AsciiPlanes ascii(const Block& block) {
    const __m512i classes = _mm512_maskz_permutex2var_epi8(
        ~_mm512_movepi8_mask(block.bytes), _mm512_load_si512(kAsciiClasses.data()), block.bytes,
        _mm512_load_si512(kAsciiClasses.data() + 64));
    return {having<kAsciiLetter>(classes),  having<kAsciiNumber>(classes),
            having<kAsciiSpace>(classes),   having<kAsciiPlainSpace>(classes),
            having<kAsciiNewline>(classes), having<kAsciiQuote>(classes),
            having<kAsciiUpper>(classes),   having<kAsciiSlash>(classes)};
  }
  // at[0, 66) is readable.
  CORPUSMILL_AVX512 static WideLeads wide_leads(const char* at) {
    const __m512i first = _mm512_loadu_si512(at);
    const std::uint64_t all =
        _mm512_cmpge_epu8_mask(first, _mm512_load_si512(kAllBytes<0xC0>.data()));
    const __m512i kinds =
        _mm512_and_si512(look_up(kWideFirst, all, first),
                         _mm512_and_si512(look_up(kWideSecond, all, _mm512_loadu_si512(at + 1)),
                                          look_up(kWideThird, all, _mm512_loadu_si512(at + 2))));
    return {all, having<kWideLetters>(kinds), having<kWideSigns>(kinds)};
  }

  // Adds the characters of more than one byte that begin at `leads`, sixteen at a time. at[0, 68)
  // is readable.
  template <PlaneOptions kOptions>
  CORPUSMILL_AVX512 static void add_chars(const char* at, const std::uint16_t* table,
                                          std::uint64_t leads, BytePlanes& planes) {
    constexpr unsigned kWordChars =
        kOptions.marks_are_letters ? kLetter | kCombining : unsigned{kLetter};
    alignas(64) std::uint8_t places[64];
    _mm512_store_si512(places, _mm512_maskz_compress_epi8(leads, byte_numbers()));
    const auto count = static_cast<unsigned>(std::popcount(leads));
    // Bit i is that of character i.
    std::uint64_t three = 0, four = 0, odd = 0;
    std::uint64_t letter = 0, number = 0, space = 0, upper = 0, lower = 0, mark = 0;
    for (unsigned done = 0; done < count; done += 16) {
      const auto lanes =
          static_cast<__mmask16>(count - done < 16 ? (1U << (count - done)) - 1 : ~0U);
      const __m512i bytes = bytes_at(at, places + done, lanes);
      const __m512i lead = _mm512_and_si512(bytes, all(0xFF));
      const __mmask16 has_three = _mm512_cmpge_epu32_mask(lead, all(0xE0));
      const __mmask16 has_four = _mm512_cmpge_epu32_mask(lead, all(0xF0));
      const __m512i code_points = wide_code_points(bytes, has_three, has_four);
      const __m512i classes =
          _mm512_mask_i32gather_epi32(all(0), lanes, code_points, table, sizeof(std::uint16_t));
      const auto having_class = [&](unsigned bits) CORPUSMILL_AVX512 {
        return std::uint64_t{_mm512_test_epi32_mask(classes, all(bits))} << done;
      };
      three |= std::uint64_t{has_three} << done;
      four |= std::uint64_t{has_four} << done;
      letter |= having_class(kWordChars);
      number |= having_class(kNumber);
      space |= having_class(kSpace);
      if constexpr (kOptions.cases) {
        upper |= having_class(kUpper);
        lower |= having_class(kLower);
        mark |= having_class(kCombining);
      }
      if constexpr (kOptions.fold_case) {
        odd |= std::uint64_t{_mm512_cmpeq_epi32_mask(code_points, all(0x17F))} << done;
      }
    }
    three = _pdep_u64(three, leads);
    four = _pdep_u64(four, leads);
    const auto bytes_of = [&](std::uint64_t chars) CORPUSMILL_AVX512 {
      const std::uint64_t first = _pdep_u64(chars, leads);
      return first | first << 1 | (first & three) << 2 | (first & four) << 3;
    };
    planes.letter |= bytes_of(letter);
    planes.number |= bytes_of(number);
    planes.space |= bytes_of(space);
    if constexpr (kOptions.cases) {
      planes.upper |= bytes_of(upper);
      planes.lower |= bytes_of(lower);
      planes.mark |= bytes_of(mark);
    }
    if constexpr (kOptions.fold_case) planes.odd |= _pdep_u64(odd, leads);
  }

  CORPUSMILL_AVX512 static void append(std::uint64_t bits, std::uint32_t base, OffsetBuffer& out) {
    constexpr __mmask16 kAllLanes = 0xFFFF;  // GCC 12 warns of the unmasked forms
    const __m512i positions = _mm512_maskz_compress_epi8(bits, byte_numbers());
    const __m512i bases = _mm512_set1_epi32(static_cast<int>(base));
    const auto count = static_cast<std::size_t>(std::popcount(bits));
    std::uint32_t* to = out.room(64);
    _mm512_storeu_si512(to, _mm512_add_epi32(bases, _mm512_maskz_cvtepu8_epi32(
                                                        kAllLanes, _mm512_maskz_extracti32x4_epi32(
                                                                       0xF, positions, 0))));
    if (count > 16) {
      alignas(64) std::uint8_t bytes[64];
      _mm512_store_si512(bytes, positions);
      for (std::size_t done = 16; done < count; done += 16) {
        const __m128i part = _mm_load_si128(reinterpret_cast<const __m128i*>(bytes + done));
        _mm512_storeu_si512(to + done,
                            _mm512_add_epi32(bases, _mm512_maskz_cvtepu8_epi32(kAllLanes, part)));
      }
    }
    out.add(count);
  }

 private:
  CORPUSMILL_AVX512 static __m512i all(unsigned value) {
    return _mm512_set1_epi32(static_cast<int>(value));
  }
  // The four bytes from each place on.
  CORPUSMILL_AVX512 static __m512i bytes_at(const char* at, const std::uint8_t* places,
                                            __mmask16 lanes) {
    constexpr __mmask16 kAllLanes = 0xFFFF;
    const __m512i where = _mm512_maskz_cvtepu8_epi32(
        kAllLanes, _mm_load_si128(reinterpret_cast<const __m128i*>(places)));
    return _mm512_mask_i32gather_epi32(all(0), lanes, where, at, 1);
  }
  // wide_code_point() of the characters that begin with these bytes.
  CORPUSMILL_AVX512 static __m512i wide_code_points(__m512i bytes, __mmask16 has_three,
                                                    __mmask16 has_four) {
    constexpr __mmask16 kAllLanes = 0xFFFF;
    const auto bits_at = [&](unsigned shift, unsigned bits) CORPUSMILL_AVX512 {
      return _mm512_and_si512(_mm512_maskz_srli_epi32(kAllLanes, bytes, shift), all(bits));
    };
    const auto behind = [&](__m512i high, __m512i low) CORPUSMILL_AVX512 {
      return _mm512_or_si512(_mm512_maskz_slli_epi32(kAllLanes, high, 6), low);
    };
    const __m512i second = bits_at(8, 0x3F);
    const __m512i two = behind(bits_at(0, 0x1F), second);
    const __m512i three = behind(behind(bits_at(0, 0xF), second), bits_at(16, 0x3F));
    __m512i four = behind(_mm512_and_si512(three, all(0x7FFF)), bits_at(24, 0x3F));
    four =
        _mm512_mask_mov_epi32(four, _mm512_cmpge_epu32_mask(four, all(kCodePoints)), all(0xFFFD));
    return _mm512_mask_mov_epi32(_mm512_mask_mov_epi32(two, has_three, three), has_four, four);
  }
  // Bytes that have one of the bits.
  template <std::uint8_t kBits>
  CORPUSMILL_AVX512 static std::uint64_t having(__m512i bytes) {
    return _mm512_test_epi8_mask(bytes, _mm512_load_si512(kAllBytes<kBits>.data()));
  }
  CORPUSMILL_AVX512 static __m512i look_up(const WideTable& table, __mmask64 mask, __m512i bytes) {
    return _mm512_maskz_permutexvar_epi8(mask, bytes, _mm512_load_si512(table.data()));
  }
  CORPUSMILL_AVX512 static __m512i byte_numbers() {
    alignas(64) static constexpr std::uint8_t kNumbers[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    return _mm512_load_si512(kNumbers);
  }
};

}  // namespace corpusmill::byte_planes

#endif
