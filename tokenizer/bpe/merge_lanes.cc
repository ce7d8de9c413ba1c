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
  };
  // Merges of a set that are begun: where they are, what they become and the symbols beside it, and
  // the slots of the pairs that it makes with these.
  struct Step {
    __mmask16 lanes, has_before;
    __m512i place, joined, before;
    __m512i left, result, right;
    __m512i slots_before, slots_after;
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

  // Begins the next merge of every row that has one; false if none has.
  CORPUSMILL_AVX512 static bool begin_merges(const MergeTable& table, Set& set, Step& step) {
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
    step.lanes = lanes, step.has_before = has_before;
    step.place = place, step.joined = joined, step.before = before;
    step.left = left, step.result = result, step.right = right;
    step.slots_before = slots_of(table.pairs_, has_before, left, result);
    step.slots_after = slots_of(table.pairs_, has_after, result, right);
    return true;
  }
  CORPUSMILL_AVX512 static void ask_for_slots(const PairRanks& pairs, __m512i slots) {
    alignas(64) std::uint32_t places[LaneRows::kRows];
    _mm512_store_si512(places, slots);
    for (const std::uint32_t place : places) __builtin_prefetch(pairs.slots_.data() + place);
  }

  CORPUSMILL_AVX512 static void end_merges(const MergeTable& table, Set& set, const Step& step) {
    LaneRows& rows = *set.rows;
    const __m512i rank_before = ranks_at(table.pairs_, step.slots_before, step.left, step.result);
    const __m512i rank_after = ranks_at(table.pairs_, step.slots_after, step.result, step.right);
    _mm512_mask_i32scatter_epi32(rows.symbols, step.lanes, at(step.place), step.result,
                                 sizeof(TokenId));
    _mm512_mask_i32scatter_epi32(set.keys, step.lanes, at(step.place),
                                 key_of(rank_after, step.place), sizeof(std::uint32_t));
    _mm512_mask_i32scatter_epi32(set.keys, step.lanes, at(step.joined), all(~0U),
                                 sizeof(std::uint32_t));
    _mm512_mask_i32scatter_epi32(set.keys, step.has_before, at(step.before),
                                 key_of(rank_before, step.before), sizeof(std::uint32_t));
  }

  // Several sets in turns. Where the table is near, two: the processor goes on with one while the
  // other waits.
  CORPUSMILL_AVX512 static void merge_near(const MergeTable& table, LaneRows* sets,
                                           std::size_t count) {
    Set turns[2];
    std::size_t running = 0;
    for (; running < 2 && running < count; ++running) begin(table, sets[running], turns[running]);
    std::size_t next = running;
    while (running > 0) {
      for (std::size_t i = 0; i < running; ++i) {
        Step step;
        if (begin_merges(table, turns[i], step)) {
          end_merges(table, turns[i], step);
        } else if (next < count) {
          begin(table, sets[next++], turns[i]);
        } else if (--running > i) {
          turns[i] = turns[running];
        }
      }
    }
  }

  // Where it is far, more: while the slots that one has asked for are on their way the others go
  // on.
  CORPUSMILL_AVX512 static void merge_far(const MergeTable& table, LaneRows* sets,
                                          std::size_t count) {
    constexpr std::size_t kTurns = 4;
    Set turns[kTurns];
    Step steps[kTurns];
    std::size_t next = 0, running = 0;
    // Of the set, or if it is done of the next one that has merges, if there is one.
    const auto begin_some = [&](Set& set, Step& step) CORPUSMILL_AVX512 {
      while (set.rows == nullptr || !begin_merges(table, set, step)) {
        if (next == count) return false;
        begin(table, sets[next++], set);
      }
      ask_for_slots(table.pairs_, step.slots_before);
      ask_for_slots(table.pairs_, step.slots_after);
      return true;
    };
    while (running < kTurns && begin_some(turns[running], steps[running])) ++running;
    while (running > 0) {
      bool goes_on[kTurns];
      const auto begin_turn = [&](std::size_t i) CORPUSMILL_AVX512 {
        goes_on[i] = begin_some(turns[i], steps[i]);
      };
      // What end_merges() scatters cannot be read at once.
      for (std::size_t i = 0; i < running; ++i) {
        end_merges(table, turns[i], steps[i]);
        if (i > 0) begin_turn(i - 1);
      }
      begin_turn(running - 1);
      std::size_t kept = 0;
      for (std::size_t i = 0; i < running; ++i) {
        if (!goes_on[i]) continue;
        if (kept < i) turns[kept] = turns[i], steps[kept] = steps[i];
        ++kept;
      }
      running = kept;
    }
  }
};

MergeLanesFunction choose_merge_lanes(bool is_far) {
  const bool supported = __builtin_cpu_supports("avx512f") != 0 &&
                         __builtin_cpu_supports("avx512cd") != 0 &&
                         __builtin_cpu_supports("bmi2") != 0;
  if (!supported) return nullptr;
  return is_far ? MergeLanes::merge_far : MergeLanes::merge_near;
}

#else

MergeLanesFunction choose_merge_lanes(bool) {
  return nullptr;
}

#endif

}  // namespace corpusmill
