#include "tokenizer/bpe/merge_table_simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstdint>

namespace corpusmill {

#if defined(__x86_64__)

#define CORPUSMILL_AVX512 __attribute__((target("avx512f,bmi")))

// A friend of MergeTable, for its tables.
struct MergeTableSimd {
  static constexpr std::size_t kLanes = 16;
  static constexpr TokenId kNobody = MergeTable::kIdsMax;  // is in no merge
  static constexpr std::uint32_t kNone = MergeTable::kNone;
  static constexpr __mmask16 kAllLanes = 0xFFFF;

  // The ranks of the pairs that start in each lane.
  CORPUSMILL_AVX512 static __m512i first_ranks(const MergeTable& table, __m512i symbols,
                                               std::span<const TokenId> row) {
    const __m512i none = _mm512_set1_epi32(kNone);
    const auto pairs = static_cast<__mmask16>((1U << (row.size() - 1)) - 1);
    const __m512i first = _mm512_set1_epi32(static_cast<int>(table.grid_first_));
    const __m512i left = _mm512_sub_epi32(symbols, first);
    const __m512i right = _mm512_maskz_alignr_epi32(kAllLanes, none, left, 1);
    const __m512i grid_ids = _mm512_set1_epi32(MergeTable::kGridIds);
    const __mmask16 in_grid = _mm512_mask_cmplt_epu32_mask(
        _mm512_mask_cmplt_epu32_mask(pairs, left, grid_ids), right, grid_ids);
    static_assert(MergeTable::kGridIds == 1 << 9);
    const __m512i cells =
        _mm512_maskz_add_epi32(in_grid, _mm512_maskz_slli_epi32(in_grid, left, 9), right);
    __m512i ranks = _mm512_mask_i32gather_epi32(none, in_grid, cells, table.grid_.data(),
                                                sizeof(std::uint32_t));
    for (unsigned rest = pairs & ~in_grid; rest != 0; rest &= rest - 1) {
      const auto at = static_cast<std::size_t>(std::countr_zero(rest));
      const std::uint32_t rank = table.pairs_.find(row[at], row[at + 1]);
      ranks =
          _mm512_mask_set1_epi32(ranks, static_cast<__mmask16>(1U << at), static_cast<int>(rank));
    }
    return ranks;
  }

  CORPUSMILL_AVX512 static std::uint32_t lowest_of(__m512i ranks) {
    // GCC 12 warns of the unmasked form.
    __m256i low = _mm256_min_epu32(_mm512_maskz_extracti64x4_epi64(0xF, ranks, 0),
                                   _mm512_maskz_extracti64x4_epi64(0xF, ranks, 1));
    low = _mm256_min_epu32(low, _mm256_permute4x64_epi64(low, 0b01'00'11'10));
    low = _mm256_min_epu32(low, _mm256_shuffle_epi32(low, 0b01'00'11'10));
    low = _mm256_min_epu32(low, _mm256_shuffle_epi32(low, 0b10'11'00'01));
    return static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm256_castsi256_si128(low)));
  }

  CORPUSMILL_AVX512 static std::size_t merge_lanes(const MergeTable& table,
                                                   std::span<TokenId> row) {
    const __m512i none = _mm512_set1_epi32(kNone);
    std::size_t count = row.size();
    __m512i symbols =
        _mm512_maskz_loadu_epi32(static_cast<__mmask16>((1U << count) - 1), row.data());
    __m512i ranks = first_ranks(table, symbols, row);
    // A lane before the first and one behind the last, whose symbol is in no merge.
    alignas(64) TokenId around[3 * kLanes];
    TokenId* const lanes = around + kLanes;
    lanes[-1] = kNobody;
    for (;;) {
      const std::uint32_t rank = lowest_of(ranks);
      if (rank == kNone) break;
      const __mmask16 lowest =
          _mm512_cmpeq_epi32_mask(ranks, _mm512_set1_epi32(static_cast<int>(rank)));
      const auto at = static_cast<unsigned>(std::countr_zero(static_cast<unsigned>(lowest)));
      _mm512_store_si512(lanes, symbols);
      lanes[count] = kNobody;
      const TokenId result = table.result_of(rank, lanes[at], lanes[at + 1]);
      const auto kept = static_cast<__mmask16>(~(2U << at));
      symbols = _mm512_mask_compress_epi32(
          none, kept,
          _mm512_mask_set1_epi32(symbols, static_cast<__mmask16>(1U << at),
                                 static_cast<int>(result)));
      ranks = _mm512_mask_compress_epi32(none, kept, ranks);
      --count;
      const std::uint32_t before = table.pairs_.find(lanes[static_cast<int>(at) - 1], result);
      const std::uint32_t after = table.pairs_.find(result, lanes[at + 2]);
      ranks = _mm512_mask_set1_epi32(ranks, static_cast<__mmask16>((1U << at) >> 1),
                                     static_cast<int>(before));
      ranks =
          _mm512_mask_set1_epi32(ranks, static_cast<__mmask16>(1U << at), static_cast<int>(after));
    }
    _mm512_mask_storeu_epi32(row.data(), static_cast<__mmask16>((1U << count) - 1), symbols);
    return count;
  }

  static std::size_t merge(const MergeTable& table, std::span<TokenId> symbols) {
    if (symbols.size() < 2) return symbols.size();
    return symbols.size() <= kLanes ? merge_lanes(table, symbols) : table.merge_portably(symbols);
  }
};

namespace {
bool is_supported() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("bmi") != 0;
}
}  // namespace

MergeFunction choose_merge_table_simd() {
  return is_supported() ? MergeTableSimd::merge : nullptr;
}

#else

MergeFunction choose_merge_table_simd() {
  return nullptr;
}

#endif

}  // namespace corpusmill
