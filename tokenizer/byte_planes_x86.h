// The SIMD behind byte_planes.h, for processors with AVX2 and for those with AVX-512 VBMI2. Call
// from functions with the same target, marked [[gnu::flatten]].
#pragma once

#if defined(__x86_64__)

#include <immintrin.h>

#include "tokenizer/byte_planes.h"
#include "tokenizer/offset_buffer.h"

#define CORPUSMILL_AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define CORPUSMILL_AVX512 __attribute__((target("avx512bw,avx512vbmi2,bmi,bmi2,lzcnt,popcnt")))

namespace corpusmill::byte_planes {

struct Avx2 {
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

struct Avx512 {
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
