#include "prep/signature/sketch_kernels_x86.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <bit>

#include "prep/signature/span_hash.h"

// GCC bug 105593: its own intrinsics pass on a value that is meant to be undefined.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512bw,avx512dq,avx512vbmi2")))

namespace corpusmill::sketch {
namespace {

constexpr std::size_t kTakenMax = 2048;

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

// The empty bins, packed, so that lanes are not spent on the others.
struct EmptyBins {
  alignas(64) std::uint32_t bins[kBinsMax + 16];
  alignas(64) std::uint32_t multipliers[kBinsMax + 16], addends[kBinsMax + 16];
  alignas(64) std::uint32_t minima[kBinsMax + 16];
};

EmptyBins& empty_bins() {
  thread_local EmptyBins of_thread;
  return of_thread;
}

AVX2 void fill_empty_avx2(const std::uint64_t* hashes, std::size_t count, const Bins& bins) {
  EmptyBins& empty = empty_bins();
  std::size_t found = 0;
  for (std::size_t bin = 0; bin < bins.count; ++bin) {
    empty.bins[found] = static_cast<std::uint32_t>(bin);
    empty.multipliers[found] = bins.multipliers[bin];
    empty.addends[found] = bins.addends[bin];
    found += bins.signature[bin] == kEmpty;
  }
  for (std::size_t first = 0; first < found; first += 8) {
    const auto at = [first](const std::uint32_t* values) {
      return reinterpret_cast<const __m256i*>(values + first);
    };
    const __m256i multiplier = _mm256_load_si256(at(empty.multipliers));
    const __m256i addend = _mm256_load_si256(at(empty.addends));
    __m256i minima = _mm256_set1_epi32(-1);
    for (std::size_t i = 0; i < count; ++i) {
      const __m256i value = _mm256_set1_epi32(static_cast<int>(hashes[i]));
      minima =
          _mm256_min_epu32(minima, _mm256_add_epi32(_mm256_mullo_epi32(value, multiplier), addend));
    }
    _mm256_store_si256(reinterpret_cast<__m256i*>(empty.minima + first), minima);
  }
  for (std::size_t i = 0; i < found; ++i) bins.signature[empty.bins[i]] = empty.minima[i];
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

AVX512 __m512i mix_bits_avx512(__m512i x) {
  x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 27));
  x = _mm512_mullo_epi64(x, _mm512_set1_epi64(0x3C79AC492BA7B653));
  x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 33));
  x = _mm512_mullo_epi64(x, _mm512_set1_epi64(0x1C69B3F74AC4AE35));
  return _mm512_xor_si512(x, _mm512_srli_epi64(x, 27));
}

AVX512 __m512i load_wide(const std::uint32_t* from) {
  return _mm512_cvtepu32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}

AVX512 void hash_spans_avx512(const char* text, const char* end, const std::uint32_t* begins,
                              const std::uint32_t* ends, std::size_t count, std::uint64_t* out) {
  const __m512i eight = _mm512_set1_epi64(8);
  // Eight windows over one-byte characters: bytes i to i + 7 in lane i.
  const __m512i byte_indices =
      _mm512_add_epi8(_mm512_set1_epi64(0x0706050403020100),
                      _mm512_mullo_epi64(_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0),
                                         _mm512_set1_epi64(0x0101010101010101)));
  // Neighbours are often as long: the last lengths, and what follows from them.
  __m512i known = _mm512_setzero_si512(), inside = known, seeds = known;
  std::size_t i = 0;
  for (; i + 8 <= count && text + begins[i + 7] + 8 <= end; i += 8) {
    const __m512i starts = load_wide(begins + i);
    const __m512i lengths = _mm512_sub_epi64(load_wide(ends + i), starts);
    unsigned longer = _mm512_cmpgt_epi64_mask(lengths, eight);
    if (longer == 0xFF) {
      hash_each(text, end, begins + i, ends + i, 8, out + i);
      continue;
    }
    if (_mm512_cmpneq_epi64_mask(lengths, known) != 0) {
      known = lengths;
      inside = _mm512_srlv_epi64(_mm512_set1_epi64(-1),
                                 _mm512_slli_epi64(_mm512_sub_epi64(eight, lengths), 3));
      seeds = _mm512_mullo_epi64(lengths,
                                 _mm512_set1_epi64(static_cast<long long>(span_hash::kLength)));
    }
    __m512i bytes;
    if (begins[i + 7] - begins[i] == 7 && end - (text + begins[i]) >= 16) {
      bytes = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_loadu_si128(
                                      reinterpret_cast<const __m128i*>(text + begins[i]))),
                                  byte_indices);
    } else {
      bytes = _mm512_i64gather_epi64(starts, text, 1);
    }
    const __m512i words = _mm512_add_epi64(_mm512_and_si512(bytes, inside), seeds);
    _mm512_storeu_si512(out + i, mix_bits_avx512(words));
    for (; longer != 0; longer &= longer - 1) {
      const std::size_t at = i + static_cast<std::size_t>(std::countr_zero(longer));
      hash_each(text, end, begins + at, ends + at, 1, out + at);
    }
  }
  hash_each(text, end, begins + i, ends + i, count - i, out + i);
}

AVX512 void hash_unit_windows_avx512(const std::uint64_t* units, std::size_t count, unsigned length,
                                     std::uint64_t* out) {
  constexpr unsigned kLengthMax = 8;  // beyond, rolling is faster
  if (length > kLengthMax) return roll_unit_windows(units, count, length, out);
  __m512i powers[kLengthMax];
  std::uint64_t power = 1;
  for (unsigned k = length; k-- > 0; power *= kBase) {
    powers[k] = _mm512_set1_epi64(static_cast<long long>(power));
  }
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m512i sum = _mm512_loadu_si512(units + i + length - 1);
    for (unsigned k = 0; k + 1 < length; ++k) {
      sum = _mm512_add_epi64(sum, _mm512_mullo_epi64(_mm512_loadu_si512(units + i + k), powers[k]));
    }
    _mm512_storeu_si512(out + i, mix_bits_avx512(sum));
  }
  if (i < count) roll_unit_windows(units + i, count - i, length, out + i);
}

// Sixteen hashes' bins and values.
struct BinnedHashes {
  __m512i bins, values;
};
AVX512 BinnedHashes bin_hashes(const std::uint64_t* hashes, __m512i bin_count) {
  const __m512i first = _mm512_loadu_si512(hashes), second = _mm512_loadu_si512(hashes + 8);
  const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  const __m512i odd = _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
  const __m512i first_bins = _mm512_mul_epu32(_mm512_srli_epi64(first, 32), bin_count);
  const __m512i second_bins = _mm512_mul_epu32(_mm512_srli_epi64(second, 32), bin_count);
  return {_mm512_permutex2var_epi32(first_bins, odd, second_bins),
          _mm512_permutex2var_epi32(first, even, second)};
}

// The first hashes one by one. What follows is compared with the minima as they were, sixteen at a
// time, in stretches that double; the few that are less are collected without a branch, and then
// taken one by one.
AVX512 void take_minima_avx512(const std::uint64_t* hashes, std::size_t count,
                               std::uint32_t* signature, std::size_t bins) {
  constexpr std::size_t kFirst = 256;
  const std::size_t first = std::min(count, kFirst);
  take_minima(hashes, first, signature, bins);
  const __m512i bin_count = _mm512_set1_epi64(static_cast<long long>(bins));
  alignas(64) std::uint32_t less_bins[kTakenMax + 16], less_values[kTakenMax + 16];
  std::size_t at = first;
  for (std::size_t stretch = kFirst; at + 16 <= count; stretch = std::min(2 * stretch, kTakenMax)) {
    std::size_t found = 0;
    for (const std::size_t stop = std::min(at + stretch, count); at + 16 <= stop; at += 16) {
      const BinnedHashes binned = bin_hashes(hashes + at, bin_count);
      const __m512i minima = _mm512_i32gather_epi32(binned.bins, signature, 4);
      const __mmask16 less = _mm512_cmplt_epu32_mask(binned.values, minima);
      _mm512_storeu_si512(less_bins + found, _mm512_maskz_compress_epi32(less, binned.bins));
      _mm512_storeu_si512(less_values + found, _mm512_maskz_compress_epi32(less, binned.values));
      found += static_cast<std::size_t>(std::popcount(static_cast<unsigned>(less)));
    }
    for (std::size_t i = 0; i < found; ++i) {
      std::uint32_t& least = signature[less_bins[i]];
      least = std::min(least, less_values[i]);
    }
  }
  take_minima(hashes + at, count - at, signature, bins);
}

AVX512 void fill_empty_avx512(const std::uint64_t* hashes, std::size_t count, const Bins& bins) {
  EmptyBins& empty = empty_bins();
  const auto empty_from = [&](std::size_t bin) AVX512 {
    const auto inside =
        static_cast<__mmask16>(bins.count - bin < 16 ? (1U << (bins.count - bin)) - 1 : 0xFFFFU);
    return _mm512_mask_cmpeq_epi32_mask(
        inside, _mm512_maskz_loadu_epi32(inside, bins.signature + bin), _mm512_set1_epi32(-1));
  };
  std::size_t found = 0;
  for (std::size_t bin = 0; bin < bins.count; bin += 16) {
    const __mmask16 wanted = empty_from(bin);
    if (wanted == 0) continue;
    const auto pack = [&](const std::uint32_t* from, std::uint32_t* to) AVX512 {
      _mm512_storeu_si512(to + found, _mm512_maskz_compress_epi32(
                                          wanted, _mm512_maskz_loadu_epi32(wanted, from + bin)));
    };
    pack(bins.multipliers, empty.multipliers);
    pack(bins.addends, empty.addends);
    found += static_cast<std::size_t>(std::popcount(static_cast<unsigned>(wanted)));
  }
  for (std::size_t first = 0; first < found; first += 16) {
    const __m512i multiplier = _mm512_load_si512(empty.multipliers + first);
    const __m512i addend = _mm512_load_si512(empty.addends + first);
    __m512i minima = _mm512_set1_epi32(-1);
    for (std::size_t i = 0; i < count; ++i) {
      const __m512i value = _mm512_set1_epi32(static_cast<int>(hashes[i]));
      minima =
          _mm512_min_epu32(minima, _mm512_add_epi32(_mm512_mullo_epi32(value, multiplier), addend));
    }
    _mm512_store_si512(empty.minima + first, minima);
  }
  found = 0;
  for (std::size_t bin = 0; bin < bins.count; bin += 16) {
    const __mmask16 wanted = empty_from(bin);
    _mm512_mask_storeu_epi32(bins.signature + bin, wanted,
                             _mm512_maskz_expandloadu_epi32(wanted, empty.minima + found));
    found += static_cast<std::size_t>(std::popcount(static_cast<unsigned>(wanted)));
  }
}

}  // namespace

const Kernels kAvx2 = {classify_avx2,     list_offsets, hash_each,
                       roll_unit_windows, take_minima,  fill_empty_avx2};
const Kernels kAvx512 = {classify_avx512,          offsets_avx512,     hash_spans_avx512,
                         hash_unit_windows_avx512, take_minima_avx512, fill_empty_avx512};

}  // namespace corpusmill::sketch

#endif
