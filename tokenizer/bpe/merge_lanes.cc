#include "tokenizer/bpe/merge_lanes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <utility>

#include "tokenizer/bpe/merge_table.h"

namespace corpusmill {

#if defined(__x86_64__)

#define CORPUSMILL_AVX512 __attribute__((target("avx512f,avx512cd,bmi,bmi2")))

// A friend of MergeTable and PairRanks, for their tables.
struct MergeLanes {
  static constexpr __mmask16 kAll = 0xFFFF;  // GCC 12 warns of unmasked forms
  static constexpr __mmask8 kHalf = 0xFF;
  static constexpr unsigned kPlaceBits = 5;
  static_assert(LaneRows::kSymbolsMax == 1 << kPlaceBits);
  static constexpr std::uint32_t kNone = PairRanks::kNone;
  static constexpr std::uint32_t kNoKey = kNone << kPlaceBits;
  static constexpr TokenId kNobody = PairRanks::kIdsMax;  // is in no merge

  CORPUSMILL_AVX512 static __m512i all(std::uint32_t value) {
    return _mm512_set1_epi32(static_cast<int>(value));
  }
  CORPUSMILL_AVX512 static __m512i times(__m512i left, std::uint32_t factor) {
    return _mm512_maskz_mullo_epi32(kAll, left, all(factor));
  }

  // PairRanks::find of the pairs in eight lanes: kNone less the rank, 0 for none.
  CORPUSMILL_AVX512 static __m256i look(const PairRanks& pairs, __m256i left, __m256i right,
                                        __m256i slots) {
    const __m512i wide_right = _mm512_maskz_cvtepu32_epi64(kHalf, right);
    const __m512i beyond = _mm512_maskz_srli_epi64(kHalf, wide_right, PairRanks::kIdBits);
    __m512i pair = _mm512_maskz_slli_epi64(kHalf, _mm512_maskz_cvtepu32_epi64(kHalf, left),
                                           PairRanks::kIdBits);
    pair = _mm512_or_si512(pair, wide_right);
    pair = _mm512_or_si512(pair, _mm512_maskz_slli_epi64(kHalf, beyond, 2 * PairRanks::kIdBits));
    const __m512i slot = _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), kHalf, slots,
                                                     pairs.slots_.data(), sizeof(std::uint64_t));
    const __mmask8 found = _mm512_mask_cmpeq_epi64_mask(
        kHalf, _mm512_maskz_srli_epi64(kHalf, slot, PairRanks::kRankBits), pair);
    return _mm512_maskz_cvtepi64_epi32(
        kHalf, _mm512_maskz_and_epi64(found, slot, _mm512_set1_epi64(kNone)));
  }

  CORPUSMILL_AVX512 static __m256i half(__m512i lanes, bool upper) {
    return upper ? _mm512_maskz_extracti64x4_epi64(0xF, lanes, 1)
                 : _mm512_maskz_extracti64x4_epi64(0xF, lanes, 0);
  }

  // PairRanks::slot_of the pairs; slot 0 for other lanes.
  CORPUSMILL_AVX512 static __m512i slots_of(const PairRanks& pairs, __mmask16 lanes, __m512i left,
                                            __m512i right) {
    const __m512i hash = _mm512_add_epi32(times(left, PairRanks::kBucketLeft),
                                          times(right, PairRanks::kBucketRight));
    const __m512i bucket = _mm512_maskz_srl_epi32(
        kAll, hash, _mm_cvtsi32_si128(static_cast<int>(pairs.bucket_shift_)));
    const __m512i displacements = _mm512_and_si512(
        _mm512_mask_i32gather_epi32(all(0), lanes, bucket, pairs.displacements_.data(), 1),
        all(PairRanks::kDisplacements - 1));
    const __m512i place_hash = _mm512_add_epi32(
        _mm512_add_epi32(times(left, PairRanks::kSlotLeft), times(right, PairRanks::kSlotRight)),
        _mm512_maskz_mullo_epi32(kAll, hash, displacements));
    return _mm512_maskz_srl_epi32(lanes, place_hash,
                                  _mm_cvtsi32_si128(static_cast<int>(pairs.slot_shift_)));
  }

  // PairRanks::find of the pairs, by their slots.
  CORPUSMILL_AVX512 static __m512i ranks_at(const PairRanks& pairs, __m512i slots, __m512i left,
                                            __m512i right) {
    const __m256i low = look(pairs, half(left, false), half(right, false), half(slots, false));
    const __m256i high = look(pairs, half(left, true), half(right, true), half(slots, true));
    const __m512i found =
        _mm512_maskz_inserti64x4(kHalf, _mm512_maskz_inserti64x4(0x0F, all(0), low, 0), high, 1);
    return _mm512_sub_epi32(all(kNone), found);
  }

  // Sixteen rows between two of their merges.
  struct Set {
    LaneRows* rows = nullptr;
    std::size_t height;  // places from here on have no pair
    alignas(64) std::uint32_t keys[LaneRows::kSymbolsMax][LaneRows::kRows];  // rank and place
    // The merges begun last: where they are, what they become and the symbols beside it, and the
    // slots of the pairs that it makes with these.
    __mmask16 lanes, has_before;
    __m512i place, joined, before;
    __m512i left, result, right;
    alignas(64) std::uint32_t slots_before[LaneRows::kRows], slots_after[LaneRows::kRows];
  };

  CORPUSMILL_AVX512 static void begin(const MergeTable& table, LaneRows& rows, Set& set) {
    set.rows = &rows;
    const __m512i places = _mm512_load_si512(rows.places);
    std::uint32_t any = 0;
    for (const std::uint32_t row : rows.places) any |= row;
    set.height = static_cast<std::size_t>(std::bit_width(any >> 1));
    const __m512i grid_ids = all(MergeTable::kGridIds), grid_first = all(table.grid_first_);
    for (std::size_t place = 0; place < set.height; ++place) {
      const __mmask16 pairs = _mm512_test_epi32_mask(places, all(2U << place));
      const __m512i left = _mm512_load_si512(rows.symbols[place]);
      const __m512i right = _mm512_load_si512(rows.symbols[place + 1]);
      const __m512i row = _mm512_sub_epi32(left, grid_first);
      const __m512i column = _mm512_sub_epi32(right, grid_first);
      __m512i ranks;
      if (_mm512_mask_cmplt_epu32_mask(pairs, _mm512_or_si512(row, column), grid_ids) == pairs) {
        const __m512i cells = _mm512_add_epi32(times(row, MergeTable::kGridIds), column);
        ranks = _mm512_mask_i32gather_epi32(all(kNone), pairs, cells, table.grid_.data(),
                                            sizeof(std::uint32_t));
      } else {
        const __m512i slots = slots_of(table.pairs_, pairs, left, right);
        ranks =
            _mm512_mask_mov_epi32(all(kNone), pairs, ranks_at(table.pairs_, slots, left, right));
      }
      _mm512_store_si512(set.keys[place], key_of(ranks, all(static_cast<std::uint32_t>(place))));
    }
  }

  CORPUSMILL_AVX512 static __m512i key_of(__m512i ranks, __m512i places) {
    return _mm512_or_si512(_mm512_maskz_slli_epi32(kAll, ranks, kPlaceBits), places);
  }

  // The highest bit's number; ~0 of 0.
  CORPUSMILL_AVX512 static __m512i highest(__m512i bits) {
    return _mm512_sub_epi32(all(31), _mm512_maskz_lzcnt_epi32(kAll, bits));
  }
  CORPUSMILL_AVX512 static __m512i at(__m512i places) {
    const __m512i rows = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    static_assert(LaneRows::kRows == 16);
    return _mm512_or_si512(_mm512_maskz_slli_epi32(kAll, places, 4), rows);
  }

  CORPUSMILL_AVX512 static __m512i results(const MergeTable& table, __mmask16 lanes, __m512i ranks,
                                           __m512i left, __m512i right) {
    if (table.results_.empty()) return _mm512_add_epi32(ranks, all(table.first_result_));
    __m512i ids =
        _mm512_mask_i32gather_epi32(left, lanes, ranks, table.results_.data(), sizeof(TokenId));
    unsigned ambiguous = _mm512_mask_cmpeq_epi32_mask(lanes, ids, all(MergeTable::kAmbiguous));
    if (ambiguous == 0) [[likely]]
      return ids;
    alignas(64) TokenId lefts[16], rights[16];
    _mm512_store_si512(lefts, left);
    _mm512_store_si512(rights, right);
    for (; ambiguous != 0; ambiguous &= ambiguous - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(ambiguous));
      const TokenId id = table.ambiguous_result_of(lefts[lane], rights[lane]);
      ids = _mm512_mask_mov_epi32(ids, static_cast<__mmask16>(1U << lane), all(id));
    }
    return ids;
  }

  // Begins the next merge of every row that has one, and asks for the slots that end_merges()
  // looks at; false if none has.
  CORPUSMILL_AVX512 static bool begin_merges(const MergeTable& table, Set& set) {
    __m512i lowest = all(kNoKey);
    for (std::size_t place = 0; place < set.height; ++place) {
      lowest = _mm512_maskz_min_epu32(kAll, lowest, _mm512_load_si512(set.keys[place]));
    }
    const __mmask16 lanes = _mm512_cmplt_epu32_mask(lowest, all(kNoKey));
    if (lanes == 0) return false;
    LaneRows& rows = *set.rows;
    const __m512i zero = all(0);
    const __m512i place = _mm512_and_si512(lowest, all(LaneRows::kSymbolsMax - 1));
    const __m512i rank = _mm512_maskz_srli_epi32(kAll, lowest, kPlaceBits);
    const __m512i bit = _mm512_maskz_sllv_epi32(kAll, all(1), place);
    const __m512i places = _mm512_load_si512(rows.places);
    // Of the places behind, the first one's symbol is joined; those around are the neighbours.
    const __m512i upwards = _mm512_sub_epi32(zero, _mm512_add_epi32(bit, bit));
    const __m512i behind = _mm512_and_si512(places, upwards);
    const __m512i joined_bit = _mm512_and_si512(behind, _mm512_sub_epi32(zero, behind));
    const __m512i rest = _mm512_maskz_andnot_epi32(kAll, joined_bit, behind);
    const __m512i after_bit = _mm512_and_si512(rest, _mm512_sub_epi32(zero, rest));
    const __m512i before_bits = _mm512_and_si512(places, _mm512_sub_epi32(bit, all(1)));
    const __mmask16 has_before = _mm512_mask_test_epi32_mask(lanes, before_bits, before_bits);
    const __mmask16 has_after = _mm512_mask_test_epi32_mask(lanes, rest, rest);
    const __m512i joined = highest(joined_bit), before = highest(before_bits);
    _mm512_store_si512(rows.places, _mm512_mask_andnot_epi32(places, lanes, joined_bit, places));

    const auto symbols_at = [&](__mmask16 which, __m512i where) CORPUSMILL_AVX512 {
      return _mm512_mask_i32gather_epi32(all(kNobody), which, at(where), rows.symbols,
                                         sizeof(TokenId));
    };
    const __m512i left = symbols_at(has_before, before);
    const __m512i right = symbols_at(has_after, highest(after_bit));
    __m512i result;
    if (table.results_.empty()) {
      result = _mm512_add_epi32(rank, all(table.first_result_));
    } else {
      result = results(table, lanes, rank, symbols_at(lanes, place), symbols_at(lanes, joined));
    }
    ask_for_slots(table.pairs_, slots_of(table.pairs_, has_before, left, result), set.slots_before);
    ask_for_slots(table.pairs_, slots_of(table.pairs_, has_after, result, right), set.slots_after);
    set.lanes = lanes, set.has_before = has_before;
    set.place = place, set.joined = joined, set.before = before;
    set.left = left, set.result = result, set.right = right;
    return true;
  }
  CORPUSMILL_AVX512 static void ask_for_slots(const PairRanks& pairs, __m512i slots,
                                              std::uint32_t* kept) {
    _mm512_store_si512(kept, slots);
    const std::uint64_t* const first = pairs.slots_.data();
    for (std::size_t row = 0; row < LaneRows::kRows; ++row) __builtin_prefetch(first + kept[row]);
  }

  CORPUSMILL_AVX512 static void end_merges(const MergeTable& table, Set& set) {
    LaneRows& rows = *set.rows;
    const __m512i place = set.place, joined = set.joined, before = set.before;
    const __m512i rank_before =
        ranks_at(table.pairs_, _mm512_load_si512(set.slots_before), set.left, set.result);
    const __m512i rank_after =
        ranks_at(table.pairs_, _mm512_load_si512(set.slots_after), set.result, set.right);
    _mm512_mask_i32scatter_epi32(rows.symbols, set.lanes, at(place), set.result, sizeof(TokenId));
    _mm512_mask_i32scatter_epi32(set.keys, set.lanes, at(place), key_of(rank_after, place),
                                 sizeof(std::uint32_t));
    _mm512_mask_i32scatter_epi32(set.keys, set.lanes, at(joined), all(~0U), sizeof(std::uint32_t));
    _mm512_mask_i32scatter_epi32(set.keys, set.has_before, at(before), key_of(rank_before, before),
                                 sizeof(std::uint32_t));
  }

  // Merges of several sets in turns: while slots of one are on their way the others go on.
  CORPUSMILL_AVX512 static void merge(const MergeTable& table, LaneRows* sets, std::size_t count) {
    constexpr std::size_t kTurns = 4;
    Set turns[kTurns];
    std::size_t next = 0, running = 0;
    // Begins merges of a set that has some, if there is one.
    const auto begin_next = [&](Set& set) CORPUSMILL_AVX512 {
      while (next < count) {
        begin(table, sets[next++], set);
        if (begin_merges(table, set)) return true;
      }
      return false;
    };
    while (running < kTurns && begin_next(turns[running])) ++running;
    while (running > 0) {
      for (std::size_t i = 0; i < running; ++i) {
        end_merges(table, turns[i]);
        if (begin_merges(table, turns[i]) || begin_next(turns[i])) continue;
        if (--running > i) turns[i] = turns[running];
      }
    }
  }
};

MergeLanesFunction choose_merge_lanes() {
  const bool supported = __builtin_cpu_supports("avx512f") != 0 &&
                         __builtin_cpu_supports("avx512cd") != 0 &&
                         __builtin_cpu_supports("bmi2") != 0;
  return supported ? MergeLanes::merge : nullptr;
}

#else

MergeLanesFunction choose_merge_lanes() {
  return nullptr;
}

#endif

}  // namespace corpusmill
