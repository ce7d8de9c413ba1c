#include "tokenizer/merge_table_simd.h"

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
  static constexpr __mmask16 kAllLanes = 0xFFFF;
  static constexpr unsigned kIdBits = 22, kRankBits = 20;
  static constexpr std::uint32_t kNone = MergeTable::kNone;

  // A pair's line, and the slots in it that are the pair's.
  struct Place {
    std::size_t line;
    std::uint64_t pair;
  };
  // A pair with an id that is in no merge, because it is too large, has more bits than any slot.
  CORPUSMILL_AVX512 static Place place_of(const MergeTable& table, TokenId left, TokenId right) {
    const std::uint64_t pair =
        std::uint64_t{left} << kIdBits | right | std::uint64_t{right >> kIdBits} << 2 * kIdBits;
    return {table.line_of(pair), pair};
  }

  // The rank of the pair if it is in its line, else kNone: without a branch, for it is a toss.
  CORPUSMILL_AVX512 static std::uint32_t look(const MergeTable& table, const Place& place) {
    const __m512i line = _mm512_load_si512(table.lines_[place.line].slots);
    const __mmask8 same =
        _mm512_cmpeq_epi64_mask(_mm512_maskz_srli_epi64(0xFF, line, kRankBits),
                                _mm512_set1_epi64(static_cast<long long>(place.pair)));
    const __m512i slot = _mm512_maskz_compress_epi64(same, line);
    const auto low = static_cast<std::uint32_t>(
        _mm_cvtsi128_si32(_mm512_maskz_extracti32x4_epi32(0xF, slot, 0)));
    return kNone - (low & ((1U << kRankBits) - 1));
  }

  CORPUSMILL_AVX512 static std::uint32_t find(const MergeTable& table, Place place) {
    for (;;) {
      const std::uint32_t rank = look(table, place);
      if (rank != kNone || !is_full(table, place)) return rank;
      place.line = (place.line + 1) & (table.lines_.size() - 1);
    }
  }

  static bool is_full(const MergeTable& table, const Place& place) {
    return table.lines_[place.line].slots[MergeTable::kLineSlots - 1] != 0;
  }

  // The ranks of the pairs that start in each lane.
  CORPUSMILL_AVX512 static __m512i first_ranks(const MergeTable& table, __m512i symbols,
                                               std::span<const TokenId> row) {
    const __m512i none = _mm512_set1_epi32(kNone);
    const auto pairs = static_cast<__mmask16>((1U << (row.size() - 1)) - 1);
    const __m512i right = _mm512_maskz_alignr_epi32(kAllLanes, none, symbols, 1);
    const __m512i grid_ids = _mm512_set1_epi32(MergeTable::kGridIds);
    const __mmask16 in_grid = _mm512_mask_cmplt_epu32_mask(
        _mm512_mask_cmplt_epu32_mask(pairs, symbols, grid_ids), right, grid_ids);
    static_assert(MergeTable::kGridIds == 1 << 9);
    const __m512i cells =
        _mm512_maskz_add_epi32(in_grid, _mm512_maskz_slli_epi32(in_grid, symbols, 9), right);
    __m512i ranks = _mm512_mask_i32gather_epi32(none, in_grid, cells, table.grid_.data(),
                                                sizeof(std::uint32_t));
    for (unsigned rest = pairs & ~in_grid; rest != 0; rest &= rest - 1) {
      const auto at = static_cast<std::size_t>(std::countr_zero(rest));
      const std::uint32_t rank = find(table, place_of(table, row[at], row[at + 1]));
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
      const Place left = place_of(table, lanes[static_cast<int>(at) - 1], result);
      const Place right = place_of(table, result, lanes[at + 2]);
      std::uint32_t before = look(table, left);
      std::uint32_t after = look(table, right);
      if (is_full(table, left) | is_full(table, right)) [[unlikely]] {
        before = find(table, left);
        after = find(table, right);
      }
      ranks = _mm512_mask_set1_epi32(ranks, static_cast<__mmask16>((1U << at) >> 1),
                                     static_cast<int>(before));
      ranks =
          _mm512_mask_set1_epi32(ranks, static_cast<__mmask16>(1U << at), static_cast<int>(after));
    }
    _mm512_mask_storeu_epi32(row.data(), static_cast<__mmask16>((1U << count) - 1), symbols);
    return count;
  }

  // A row of merge_rows() between two of its merges.
  struct Waiting {
    alignas(64) TokenId around[3 * kLanes];  // the symbols, with room before and behind
    alignas(64) std::uint32_t ranks[kLanes];
    Place left, right;  // of the pairs that the last merge made, from lane at - 1 and at on
    unsigned at, count;
    bool merged;  // once at least
    ShortRow* row;
  };

  CORPUSMILL_AVX512 static void begin(const MergeTable& table, ShortRow& row, Waiting& waiting) {
    waiting.row = &row;
    waiting.count = row.count;
    waiting.merged = false;
    waiting.around[kLanes - 1] = kNobody;
    const __m512i symbols =
        _mm512_maskz_loadu_epi32(static_cast<__mmask16>((1U << row.count) - 1), row.symbols);
    _mm512_store_si512(waiting.around + kLanes, symbols);
    _mm512_store_si512(waiting.ranks,
                       first_ranks(table, symbols, std::span(row.symbols, row.count)));
  }

  // Does the next merge and asks for what the one behind it has to look at; false if there is none.
  CORPUSMILL_AVX512 static bool advance(const MergeTable& table, Waiting& waiting) {
    const __m512i none = _mm512_set1_epi32(kNone);
    TokenId* const lanes = waiting.around + kLanes;
    __m512i ranks = _mm512_load_si512(waiting.ranks);
    if (waiting.merged) {
      const auto right = static_cast<__mmask16>(1U << waiting.at);
      const std::uint32_t before = find(table, waiting.left);
      const std::uint32_t after = find(table, waiting.right);
      ranks = _mm512_mask_set1_epi32(ranks, static_cast<__mmask16>(right >> 1),
                                     static_cast<int>(before));
      ranks = _mm512_mask_set1_epi32(ranks, right, static_cast<int>(after));
    }
    const std::uint32_t rank = lowest_of(ranks);
    if (rank == kNone) return false;
    const __mmask16 lowest =
        _mm512_cmpeq_epi32_mask(ranks, _mm512_set1_epi32(static_cast<int>(rank)));
    const auto at = static_cast<unsigned>(std::countr_zero(static_cast<unsigned>(lowest)));
    const __m512i symbols = _mm512_load_si512(lanes);
    lanes[waiting.count] = kNobody;
    const TokenId result = table.result_of(rank, lanes[at], lanes[at + 1]);
    waiting.left = place_of(table, lanes[static_cast<int>(at) - 1], result);
    waiting.right = place_of(table, result, lanes[at + 2]);
    __builtin_prefetch(&table.lines_[waiting.left.line]);
    __builtin_prefetch(&table.lines_[waiting.right.line]);
    const auto kept = static_cast<__mmask16>(~(2U << at));
    const auto here = static_cast<__mmask16>(1U << at);
    _mm512_store_si512(
        lanes, _mm512_mask_compress_epi32(
                   none, kept, _mm512_mask_set1_epi32(symbols, here, static_cast<int>(result))));
    _mm512_store_si512(waiting.ranks, _mm512_mask_compress_epi32(none, kept, ranks));
    waiting.at = at;
    waiting.merged = true;
    --waiting.count;
    return true;
  }

  CORPUSMILL_AVX512 static void merge_rows(const MergeTable& table, std::span<ShortRow> rows) {
    constexpr std::size_t kTogether = 16;
    Waiting waiting[kTogether];
    std::size_t next = 0, running = 0;
    Waiting* order[kTogether];
    for (std::size_t i = 0; i < kTogether; ++i) order[i] = &waiting[i];
    const auto fill = [&] {
      for (; running < kTogether && next < rows.size(); ++next) {
        if (rows[next].count > 1) begin(table, rows[next], *order[running++]);
      }
    };
    for (fill(); running > 0; fill()) {
      for (std::size_t i = 0; i < running;) {
        Waiting& row = *order[i];
        if (advance(table, row)) {
          ++i;
          continue;
        }
        std::copy_n(row.around + kLanes, row.count, row.row->symbols);
        row.row->count = row.count;
        std::swap(order[i], order[--running]);
      }
    }
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
MergeRowsFunction choose_merge_rows_simd() {
  return is_supported() ? MergeTableSimd::merge_rows : nullptr;
}

#else

MergeFunction choose_merge_table_simd() {
  return nullptr;
}
MergeRowsFunction choose_merge_rows_simd() {
  return nullptr;
}

#endif

}  // namespace corpusmill
