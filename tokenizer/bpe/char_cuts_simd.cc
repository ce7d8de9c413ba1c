#include "tokenizer/bpe/char_cuts_simd.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "tokenizer/bpe/char_cuts.h"
#include "tokenizer/bpe/char_lanes.h"

namespace corpusmill {

#if defined(__x86_64__)

// A friend of CharCuts, for its tables.
struct CharCutsSimd : CharLanes {
  struct CutConstants : Constants {
    __m512i low_halves, pair_factors, open_slot, first_bits, last_bits, left_of_pair, right_of_pair;
  };

  CORPUSMILL_VBMI2 static CutConstants make_cut_constants() {
    CutConstants made;
    static_cast<Constants&>(made) = make_constants();
    made.low_halves = all(0xFFFF);
    made.pair_factors =
        all(static_cast<std::uint32_t>(static_cast<std::uint16_t>(CharCuts::kLeftFactor)) << 16 |
            static_cast<std::uint16_t>(CharCuts::kRightFactor));
    made.open_slot = all(CharCuts::kOpenSlots - 1);
    alignas(64) std::uint32_t first_bits[CharCuts::kOpenBytes], last_bits[CharCuts::kOpenBytes];
    for (unsigned i = 0; i < CharCuts::kOpenBytes; ++i) {
      first_bits[i] = std::uint32_t{1} << CharCuts::first_bit(i);
      last_bits[i] = std::uint32_t{1} << CharCuts::last_bit(i);
    }
    made.first_bits = _mm512_load_si512(first_bits);
    made.last_bits = _mm512_load_si512(last_bits);
    made.left_of_pair = all(std::uint32_t{1} << CharCuts::kLeftOfPair);
    made.right_of_pair = all(std::uint32_t{1} << CharCuts::kRightOfPair);
    return made;
  }

  // 1 << number % 32
  CORPUSMILL_VBMI2 static __m512i bit_of(__m512i numbers, const CutConstants& constants) {
    return _mm512_maskz_rolv_epi32(kAllLanes, constants.one, numbers);
  }
  // 1 << (numbers >> kShift) % 32
  template <unsigned kShift>
  CORPUSMILL_VBMI2 static __m512i bit_of(__m512i numbers, const CutConstants& constants) {
    return bit_of(_mm512_maskz_srli_epi32(kAllLanes, numbers, kShift), constants);
  }
  // Of each bit that of `one` where the mask has it, else that of `other`.
  CORPUSMILL_VBMI2 static __m512i merge_bits(__m512i mask, __m512i one, __m512i other) {
    return _mm512_ternarylogic_epi32(mask, one, other, 0xCA);
  }
  CORPUSMILL_VBMI2 static std::uint32_t last_lane(__m512i numbers) {
    return static_cast<std::uint32_t>(
        _mm_extract_epi32(_mm512_maskz_extracti32x4_epi32(0xF, numbers, 3), 3));
  }
  CORPUSMILL_VBMI2 static __m512i from_left(__m512i here, __m512i before) {
    return _mm512_maskz_alignr_epi32(kAllLanes, here, before, kLanes - 1);
  }

  // What is known of the character before those at hand: in the last lane.
  struct Before {
    __m512i code_points, open;
    unsigned well_formed = 0;  // bit 0
    unsigned wide = 0;
    unsigned begins_unit = 0;
  };

  // What there is to know of some bytes without those before them.
  struct Block {
    Chars chars;
    __m512i open;         // CharCuts::open_ of each
    unsigned begins = 0;  // where pretokens do
    std::size_t at = 0, end = 0;
    bool is_wide = false;  // enough of the bytes are not ASCII
  };

  CORPUSMILL_VBMI2 [[gnu::always_inline]] static Block read(const CharCuts& cuts,
                                                            std::string_view text,
                                                            PretokenStarts starts, std::size_t at,
                                                            const CutConstants& constants) {
    Block read;
    const char* bytes = text.data() + at;
    const std::size_t left = text.size() - at;
    std::uint64_t behind = 0;  // where the text ends
    char tail[kBlock];
    if (left < kBlock) [[unlikely]] {
      std::memset(tail, 0, sizeof tail);
      std::memcpy(tail, bytes, left);
      bytes = tail;
      behind = std::uint64_t{1} << left;
    }
    const __m512i block = _mm512_loadu_si512(bytes);
    const std::uint64_t pretokens = starts.from(at);
    const std::uint64_t follows = _mm512_cmplt_epi8_mask(block, _mm512_set1_epi8(-0x40));
    const std::uint64_t firsts = ((~follows | pretokens | 1) & (behind - 1)) | behind;
    read.at = at;
    if ((firsts & (firsts - 1)) == 0) [[unlikely]] {
      read.end = at + kBlock;  // no character is so long
      return read;
    }
    read.chars = decode_any(block, firsts, follows, pretokens, constants);
    read.begins =
        static_cast<unsigned>(_pext_u64(pretokens, firsts)) & ((1U << read.chars.count) - 1);
    read.end = at + bytes_of_lanes(firsts);
    read.is_wide = std::popcount(static_cast<std::uint64_t>(_mm512_movepi8_mask(block))) >=
                   static_cast<int>(CharCuts::kWideBytesMin);
    // A mask that the compiler knows would have the lanes wait for what is in their register.
    __mmask16 all_lanes = kAllLanes;
    asm("" : "+k"(all_lanes));
    read.open = _mm512_mask_i32gather_epi32(
        _mm512_setzero_si512(), all_lanes,
        _mm512_and_si512(read.chars.code_points, constants.open_slot), cuts.open_.data(), 4);
    return read;
  }

  // CharCuts::has_open() before each lane.
  CORPUSMILL_VBMI2 static unsigned open_places(const Chars& chars, unsigned left_wide, __m512i left,
                                               __m512i open_left, __m512i open,
                                               const CutConstants& constants) {
    const __m512i first_bit = choose(chars.first_bytes, constants.first_bits);
    const __m512i last_bit = choose(left, constants.last_bits);
    return (_mm512_test_epi32_mask(open_left, first_bit) & chars.wide) |
           (_mm512_test_epi32_mask(open, last_bit) & left_wide);
  }

  // CharCuts::has() before each of the lanes.
  CORPUSMILL_VBMI2 static unsigned pairs(const CharCuts& cuts, __mmask16 lanes, __m512i left,
                                         __m512i right, const CutConstants& constants) {
    const __m512i hash = _mm512_madd_epi16(
        merge_bits(constants.low_halves, right, _mm512_maskz_slli_epi32(kAllLanes, left, 16)),
        constants.pair_factors);
    const __m512i words = _mm512_mask_i32gather_epi32(
        _mm512_setzero_si512(), lanes,
        _mm512_and_si512(_mm512_maskz_srli_epi32(kAllLanes, hash, CharCuts::kPairWordShift),
                         all(cuts.pair_word_mask_)),
        cuts.pair_words_.data(), 4);
    constexpr auto& kShifts = CharCuts::kPairBitShifts;
    const __m512i bits = _mm512_or_si512(
        _mm512_or_si512(bit_of<kShifts[0]>(hash, constants), bit_of<kShifts[1]>(hash, constants)),
        bit_of<kShifts[2]>(hash, constants));
    return _mm512_mask_cmpeq_epi32_mask(lanes, _mm512_and_si512(words, bits), bits);
  }

  // The lanes before whose characters the text may be cut, if not all is ASCII there and no
  // pretoken begins there anyway. `left`: the character before each.
  template <bool kPairsAreRare>
  CORPUSMILL_VBMI2 static unsigned places_to_cut(const CharCuts& cuts, const Block& block,
                                                 __m512i left, const CutConstants& constants,
                                                 Before& before) {
    const Chars& chars = block.chars;
    const __m512i right = chars.code_points;
    const unsigned left_wide = chars.wide << 1 | before.wide;
    const auto lanes =
        static_cast<__mmask16>(chars.well_formed & (chars.well_formed << 1 | before.well_formed) &
                               ~block.begins & (chars.wide | left_wide));
    const __m512i open = block.open, open_left = from_left(open, before.open);
    const __mmask16 in_pairs = _mm512_mask_test_epi32_mask(
        _mm512_mask_test_epi32_mask(lanes, open, constants.right_of_pair), open_left,
        constants.left_of_pair);
    unsigned result = lanes;
    if (!kPairsAreRare || in_pairs != 0) result &= ~pairs(cuts, in_pairs, left, right, constants);
    result &= ~open_places(chars, left_wide, left, open_left, open, constants);
    before.code_points = right;
    before.open = open;
    if (chars.count < kLanes) [[unlikely]] {
      const __m512i last = _mm512_set1_epi32(static_cast<int>(chars.count) - 1);
      before.code_points = _mm512_maskz_permutexvar_epi32(kAllLanes, last, right);
      before.open = _mm512_maskz_permutexvar_epi32(kAllLanes, last, open);
    }
    before.well_formed = chars.well_formed >> (chars.count - 1);
    before.wide = chars.wide >> (chars.count - 1);
    return result;
  }

  template <bool kPairsAreRare>
  CORPUSMILL_VBMI2 static std::size_t cut(const CharCuts& cuts, std::string_view text,
                                          PretokenStarts starts, std::uint32_t begin,
                                          std::uint32_t part_flag, std::span<std::uint32_t> ends,
                                          std::uint32_t* singles) {
    const __m512i no_char = _mm512_set1_epi32(static_cast<int>(CharCuts::kNoChar));
    Before before;
    static const CutConstants constants = make_cut_constants();
    std::size_t count = 0;
    unsigned unit_begins_pretoken = starts.from(begin) & 1;
    Block block;  // of no characters
    block.end = begin;
    while (true) {
      // Each is read before the one before it is cut, which waits for tables meanwhile.
      const bool is_last = block.end >= text.size();
      Block next;
      if (!is_last) next = read(cuts, text, starts, block.end, constants);
      const Chars& chars = block.chars;
      if (chars.count == 0) [[unlikely]] {
        before = {_mm512_set1_epi32(kMalformed), _mm512_setzero_si512()};
        if (is_last) break;
        block = next;
        continue;
      }
      const __m512i left_chars = from_left(chars.code_points, before.code_points);
      unsigned places =
          block.begins | places_to_cut<kPairsAreRare>(cuts, block, left_chars, constants, before);
      if (block.at == begin) places &= ~1U;
      const unsigned unit_begins = places | (block.at == begin ? 1 : 0);
      const auto after_begins = static_cast<__mmask16>(unit_begins << 1 | before.begins_unit);
      before.begins_unit = unit_begins >> (chars.count - 1) & 1;
      // A unit is one character where the one before its end begins it.
      __m512i single = _mm512_maskz_compress_epi32(
          static_cast<__mmask16>(places), _mm512_mask_mov_epi32(no_char, after_begins, left_chars));
      __m512i units = _mm512_maskz_compress_epi32(
          static_cast<__mmask16>(places),
          _mm512_add_epi32(chars.places, _mm512_set1_epi32(static_cast<int>(block.at))));
      const auto units_here = static_cast<unsigned>(std::popcount(places));
      if (part_flag != 0 && units_here > 0) {
        const unsigned end_of_pretoken = _pext_u32(block.begins, places);
        const unsigned whole = end_of_pretoken & (end_of_pretoken << 1 | unit_begins_pretoken);
        units = _mm512_mask_or_epi32(units, static_cast<__mmask16>(~whole), units,
                                     _mm512_set1_epi32(static_cast<int>(part_flag)));
        single = _mm512_mask_mov_epi32(single, static_cast<__mmask16>(whole), no_char);
        unit_begins_pretoken = end_of_pretoken >> (units_here - 1) & 1;
      }
      _mm512_storeu_si512(ends.data() + count, units);
      _mm512_storeu_si512(singles + count, single);
      count += units_here;
      if (is_last) break;
      if (count > 0 && (count + kLanes + 1 > ends.size() || !block.is_wide)) return count;
      block = next;
    }
    const bool whole = unit_begins_pretoken != 0;
    const bool is_single = before.begins_unit != 0 && !(whole && part_flag != 0);
    singles[count] = is_single ? last_lane(before.code_points) : CharCuts::kNoChar;
    ends[count++] = static_cast<std::uint32_t>(text.size()) | (whole ? 0 : part_flag);
    return count;
  }

  static CutWide fastest(bool pairs_are_rare) {
    const bool supported =
        __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
        __builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("avx512vbmi2") != 0 &&
        __builtin_cpu_supports("bmi2") != 0;
    if (!supported) return nullptr;
    return pairs_are_rare ? cut<true> : cut<false>;
  }
};

CutWide choose_cut_wide(bool pairs_are_rare) {
  return CharCutsSimd::fastest(pairs_are_rare);
}

#else

CutWide choose_cut_wide(bool) {
  return nullptr;
}

#endif

}  // namespace corpusmill
