#include "prep/dedup/sketch_kernels_x86.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <bit>

#include "prep/dedup/span_hash.h"

// GCC bug 105593: its own intrinsics pass on a value that is meant to be undefined.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512bw,avx512dq,avx512vbmi2")))

namespace corpusmill::sketch {
namespace {

// ---- AVX2

struct Halves {
  __m256i low, high;
};

AVX2 std::uint64_t mask_of(__m256i low, __m256i high) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
         static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(high))) << 32;
}

AVX2 std::uint64_t equal_to(const Halves& bytes, int value) {
  const __m256i wanted = _mm256_set1_epi8(static_cast<char>(value));
  return mask_of(_mm256_cmpeq_epi8(bytes.low, wanted), _mm256_cmpeq_epi8(bytes.high, wanted));
}

AVX2 __m256i is_between(__m256i bytes, int first, int last) {
  const __m256i shifted = _mm256_sub_epi8(bytes, _mm256_set1_epi8(static_cast<char>(first)));
  const __m256i most = _mm256_set1_epi8(static_cast<char>(last - first));
  return _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, most), shifted);
}

AVX2 std::uint64_t between(const Halves& bytes, int first, int last) {
  return mask_of(is_between(bytes.low, first, last), is_between(bytes.high, first, last));
}

BlockMasks masks_from(std::uint64_t spaces, std::uint64_t continuations, std::uint64_t e4,
                      std::uint64_t high, std::uint64_t e5_to_e9, std::uint64_t suspects) {
  const std::uint64_t e4_han = e4 & high >> 1;
  return {spaces, ~continuations, e5_to_e9 | e4_han, suspects | (e4 & ~e4_han)};
}

AVX2 BlockMasks classify_avx2(const char* bytes, std::size_t count) {
  alignas(32) char padded[kBlock];
  if (count < kBlock) {
    std::fill(std::copy_n(bytes, count, padded), padded + kBlock, ' ');
    bytes = padded;
  }
  const Halves block = {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes)),
                        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 32))};
  const std::uint64_t spaces = equal_to(block, ' ') | between(block, 0x09, 0x0D);
  if (mask_of(block.low, block.high) == 0) return {spaces, ~std::uint64_t{0}, 0, 0};
  return masks_from(spaces, between(block, 0x80, 0xBF), equal_to(block, 0xE4),
                    between(block, 0xB8, 0xBF), between(block, 0xE5, 0xE9),
                    equal_to(block, 0xC2) | between(block, 0xE0, 0xE3) | equal_to(block, 0xEF) |
                        equal_to(block, 0xF0));
}

std::size_t offsets_avx2(std::uint64_t mask, std::uint32_t base, std::uint32_t* out) {
  return kPortable.offsets(mask, base, out);
}

AVX2 void take_minima_avx2(const std::uint64_t* hashes, std::size_t count,
                           const BinPermutations& bins) {
  for (std::size_t first = 0; first < bins.count; first += 8) {
    const auto at = [first](const std::uint32_t* values) {
      return reinterpret_cast<const __m256i*>(values + first);
    };
    const __m256i multiplier = _mm256_load_si256(at(bins.multipliers));
    const __m256i addend = _mm256_load_si256(at(bins.addends));
    __m256i minima = _mm256_load_si256(at(bins.minima));
    for (std::size_t i = 0; i < count; ++i) {
      const __m256i value = _mm256_set1_epi32(static_cast<int>(hashes[i]));
      minima =
          _mm256_min_epu32(minima, _mm256_add_epi32(_mm256_mullo_epi32(value, multiplier), addend));
    }
    _mm256_store_si256(reinterpret_cast<__m256i*>(bins.minima + first), minima);
  }
}

// ---- AVX-512

AVX512 std::uint64_t between(__m512i bytes, int first, int last) {
  const __m512i shifted = _mm512_sub_epi8(bytes, _mm512_set1_epi8(static_cast<char>(first)));
  return _mm512_cmple_epu8_mask(shifted, _mm512_set1_epi8(static_cast<char>(last - first)));
}

AVX512 std::uint64_t equal_to(__m512i bytes, int value) {
  return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(static_cast<char>(value)));
}

AVX512 BlockMasks classify_avx512(const char* bytes, std::size_t count) {
  const std::uint64_t inside =
      count == kBlock ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
  const __m512i block = _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), inside, bytes);
  const std::uint64_t spaces = equal_to(block, ' ') | between(block, 0x09, 0x0D);
  if (_mm512_movepi8_mask(block) == 0) return {spaces, ~std::uint64_t{0}, 0, 0};
  return masks_from(spaces, between(block, 0x80, 0xBF), equal_to(block, 0xE4),
                    between(block, 0xB8, 0xBF), between(block, 0xE5, 0xE9),
                    equal_to(block, 0xC2) | between(block, 0xE0, 0xE3) | equal_to(block, 0xEF) |
                        equal_to(block, 0xF0));
}

AVX512 std::size_t offsets_avx512(std::uint64_t mask, std::uint32_t base, std::uint32_t* out) {
  alignas(64) static constexpr auto kIndices = [] {
    struct {
      std::uint8_t at[kBlock];
    } indices{};
    for (unsigned i = 0; i < kBlock; ++i) indices.at[i] = static_cast<std::uint8_t>(i);
    return indices;
  }();
  const auto count = static_cast<std::size_t>(std::popcount(mask));
  const __m512i packed = _mm512_maskz_compress_epi8(mask, _mm512_load_si512(kIndices.at));
  alignas(64) std::uint8_t bytes[kBlock];
  _mm512_store_si512(bytes, packed);
  const __m512i bases = _mm512_set1_epi32(static_cast<int>(base));
  for (std::size_t i = 0; i < count; i += 16) {
    const __m512i wide =
        _mm512_cvtepu8_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(bytes + i)));
    _mm512_storeu_si512(out + i, _mm512_add_epi32(wide, bases));
  }
  return count;
}

// Eight windows of up to eight one-byte characters each: bytes i to i + 7 in lane i.
AVX512 __m512i eight_windows(const char* at, __m512i byte_indices, __m512i inside, __m512i seed) {
  const __m512i bytes =
      _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
  const __m512i windows = _mm512_and_si512(_mm512_shuffle_epi8(bytes, byte_indices), inside);
  __m512i x = _mm512_add_epi64(windows, seed);
  x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 27));
  x = _mm512_mullo_epi64(x, _mm512_set1_epi64(0x3C79AC492BA7B653));
  x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 33));
  x = _mm512_mullo_epi64(x, _mm512_set1_epi64(0x1C69B3F74AC4AE35));
  return _mm512_xor_si512(x, _mm512_srli_epi64(x, 27));
}

AVX512 void hash_windows_avx512(const char* text, const char* end, const std::uint32_t* bounds,
                                std::size_t count, unsigned length, std::uint64_t* out) {
  std::size_t i = 0;
  if (length <= 8) {
    const __m512i byte_indices =
        _mm512_add_epi8(_mm512_set1_epi64(0x0706050403020100),
                        _mm512_mullo_epi64(_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0),
                                           _mm512_set1_epi64(0x0101010101010101)));
    const __m512i inside =
        _mm512_set1_epi64(static_cast<long long>(~std::uint64_t{0} >> (64 - 8 * length)));
    const __m512i seed = _mm512_set1_epi64(static_cast<long long>(length * span_hash::kLength));
    for (; i + 8 <= count; i += 8) {
      const char* const at = text + bounds[i];
      if (bounds[i + 7 + length] - bounds[i] == 7 + length && end - at >= 16) {
        _mm512_storeu_si512(out + i, eight_windows(at, byte_indices, inside, seed));
      } else {
        hash_windows(text, end, bounds + i, 8, length, out + i);
      }
    }
  }
  hash_windows(text, end, bounds + i, count - i, length, out + i);
}

AVX512 void take_minima_avx512(const std::uint64_t* hashes, std::size_t count,
                               const BinPermutations& bins) {
  for (std::size_t first = 0; first < bins.count; first += 16) {
    const __m512i multiplier = _mm512_load_si512(bins.multipliers + first);
    const __m512i addend = _mm512_load_si512(bins.addends + first);
    __m512i minima = _mm512_load_si512(bins.minima + first);
    for (std::size_t i = 0; i < count; ++i) {
      const __m512i value = _mm512_set1_epi32(static_cast<int>(hashes[i]));
      minima =
          _mm512_min_epu32(minima, _mm512_add_epi32(_mm512_mullo_epi32(value, multiplier), addend));
    }
    _mm512_store_si512(bins.minima + first, minima);
  }
}

}  // namespace

const Kernels kAvx2 = {classify_avx2, offsets_avx2, hash_windows, take_minima_avx2};
const Kernels kAvx512 = {classify_avx512, offsets_avx512, hash_windows_avx512, take_minima_avx512};

}  // namespace corpusmill::sketch

#endif
