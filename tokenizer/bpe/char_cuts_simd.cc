#include "tokenizer/bpe/char_cuts_simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstring>

#include "tokenizer/bpe/char_cuts.h"

namespace corpusmill {

#if defined(__x86_64__)

#define CORPUSMILL_VBMI2 __attribute__((target("avx512bw,avx512vbmi2,avx512vbmi,bmi2,bmi,popcnt")))

// A friend of CharCuts, for its tables.
struct CharCutsSimd {
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

  // Kept in registers or on the stack: the compiler would rather make them anew in every round.
  struct Constants {
    __m512i byte_numbers, fours, four_numbers, one, mark_bits, marks, least, behind;
    __m512i first, second, third, fourth, most, surrogate_bits, surrogates, malformed;
    __m512i low_halves, pair_factors, pair_words, open_slot, first_bits, last_bits, left_of_pair,
        right_of_pair, wide_bit;
    __m512i three_first, three_last, three_but, three_bits, six_of_bytes, six_of_halves;
  };

  CORPUSMILL_VBMI2 static __m512i kept(__m512i value) {
    asm("" : "+v"(value));
    return value;
  }
  CORPUSMILL_VBMI2 static __m512i all(std::uint32_t number) {
    return kept(_mm512_set1_epi32(static_cast<int>(number)));
  }
  CORPUSMILL_VBMI2 static __m512i table(unsigned a, unsigned b, unsigned c, unsigned d) {
    return kept(_mm512_zextsi128_si512(_mm_setr_epi32(static_cast<int>(a), static_cast<int>(b),
                                                      static_cast<int>(c), static_cast<int>(d))));
  }

  CORPUSMILL_VBMI2 static Constants make_constants(const CharCuts& cuts) {
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
    made.byte_numbers = kept(_mm512_load_si512(kNumbers.data()));
    made.fours = kept(_mm512_load_si512(kFours.data()));
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
    made.low_halves = all(0xFFFF);
    made.pair_factors =
        all(static_cast<std::uint32_t>(static_cast<std::uint16_t>(CharCuts::kLeftFactor)) << 16 |
            static_cast<std::uint16_t>(CharCuts::kRightFactor));
    made.pair_words = all(cuts.pair_word_mask_);
    made.open_slot = all(CharCuts::kOpenSlots - 1);
    alignas(64) std::uint32_t first_bits[CharCuts::kOpenBytes], last_bits[CharCuts::kOpenBytes];
    for (unsigned i = 0; i < CharCuts::kOpenBytes; ++i) {
      first_bits[i] = std::uint32_t{1} << CharCuts::first_bit(i);
      last_bits[i] = std::uint32_t{1} << CharCuts::last_bit(i);
    }
    made.first_bits = kept(_mm512_load_si512(first_bits));
    made.last_bits = kept(_mm512_load_si512(last_bits));
    made.left_of_pair = all(std::uint32_t{1} << CharCuts::kLeftOfPair);
    made.right_of_pair = all(std::uint32_t{1} << CharCuts::kRightOfPair);
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
  // 1 << number % 32
  CORPUSMILL_VBMI2 static __m512i bit_of(__m512i numbers, const Constants& constants) {
    return _mm512_maskz_rolv_epi32(kAllLanes, constants.one, numbers);
  }
  // 1 << (numbers >> kShift) % 32
  template <unsigned kShift>
  CORPUSMILL_VBMI2 static __m512i bit_of(__m512i numbers, const Constants& constants) {
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

  // What is known of the character before those at hand: in the last lane.
  struct Before {
    __m512i code_points, open;
    unsigned well_formed = 0;  // bit 0
    unsigned wide = 0;
    unsigned begins_unit = 0;
  };

  // CharCuts::has_open() before each lane.
  CORPUSMILL_VBMI2 static unsigned open_places(const Chars& chars, unsigned left_wide, __m512i left,
                                               __m512i open_left, __m512i open,
                                               const Constants& constants) {
    const __m512i first_bit = choose(chars.first_bytes, constants.first_bits);
    const __m512i last_bit = choose(left, constants.last_bits);
    return (_mm512_test_epi32_mask(open_left, first_bit) & chars.wide) |
           (_mm512_test_epi32_mask(open, last_bit) & left_wide);
  }

  // CharCuts::has() before each of the lanes.
  CORPUSMILL_VBMI2 static unsigned pairs(const CharCuts& cuts, __mmask16 lanes, __m512i left,
                                         __m512i right, const Constants& constants) {
    const __m512i hash = _mm512_madd_epi16(
        merge_bits(constants.low_halves, right, _mm512_maskz_slli_epi32(kAllLanes, left, 16)),
        constants.pair_factors);
    const __m512i words = _mm512_mask_i32gather_epi32(
        _mm512_setzero_si512(), lanes,
        _mm512_and_si512(_mm512_maskz_srli_epi32(kAllLanes, hash, CharCuts::kPairWordShift),
                         constants.pair_words),
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
  CORPUSMILL_VBMI2 static unsigned places_to_cut(const CharCuts& cuts, const Chars& chars,
                                                 __m512i left, unsigned begins,
                                                 const Constants& constants, Before& before) {
    const __m512i right = chars.code_points;
    const unsigned left_wide = chars.wide << 1 | before.wide;
    const auto lanes =
        static_cast<__mmask16>(chars.well_formed & (chars.well_formed << 1 | before.well_formed) &
                               ~begins & (chars.wide | left_wide));
    // A mask that the compiler knows would have the lanes wait for what is in their register.
    __mmask16 all_lanes = kAllLanes;
    asm("" : "+k"(all_lanes));
    const __m512i open = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), all_lanes,
                                                     _mm512_and_si512(right, constants.open_slot),
                                                     cuts.open_.data(), 4);
    const __m512i open_left = from_left(open, before.open);
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
    char tail[kBlock] = {};
    Before before{_mm512_set1_epi32(kMalformed), _mm512_setzero_si512()};
    const Constants constants = make_constants(cuts);
    std::size_t count = 0;
    unsigned unit_begins_pretoken = starts.from(begin) & 1;
    for (std::size_t at = begin; at < text.size();) {
      const char* bytes = text.data() + at;
      const std::size_t left = text.size() - at;
      std::uint64_t behind = 0;  // where the text ends
      if (left < kBlock) [[unlikely]] {
        std::memcpy(tail, bytes, left);
        bytes = tail;
        behind = std::uint64_t{1} << left;
      }
      const __m512i block = _mm512_loadu_si512(bytes);
      const std::uint64_t pretokens = starts.from(at);
      const std::uint64_t follows = _mm512_cmplt_epi8_mask(block, _mm512_set1_epi8(-0x40));
      const std::uint64_t firsts = ((~follows | pretokens | 1) & (behind - 1)) | behind;
      if ((firsts & (firsts - 1)) == 0) [[unlikely]] {
        at += kBlock;  // no character is so long
        before = {_mm512_set1_epi32(kMalformed), _mm512_setzero_si512()};
        continue;
      }
      const Chars chars = decode_any(block, firsts, follows, pretokens, constants);
      const auto begins =
          static_cast<unsigned>(_pext_u64(pretokens, firsts)) & ((1U << chars.count) - 1);
      const __m512i left_chars = from_left(chars.code_points, before.code_points);
      unsigned places =
          places_to_cut<kPairsAreRare>(cuts, chars, left_chars, begins, constants, before) | begins;
      if (at == begin) places &= ~1U;
      const unsigned unit_begins = places | (at == begin ? 1 : 0);
      const auto after_begins = static_cast<__mmask16>(unit_begins << 1 | before.begins_unit);
      before.begins_unit = unit_begins >> (chars.count - 1) & 1;
      // A unit is one character where the one before its end begins it.
      __m512i single = _mm512_maskz_compress_epi32(
          static_cast<__mmask16>(places), _mm512_mask_mov_epi32(no_char, after_begins, left_chars));
      __m512i units = _mm512_maskz_compress_epi32(
          static_cast<__mmask16>(places),
          _mm512_add_epi32(chars.places, _mm512_set1_epi32(static_cast<int>(at))));
      const auto units_here = static_cast<unsigned>(std::popcount(places));
      if (part_flag != 0 && units_here > 0) {
        const unsigned end_of_pretoken = _pext_u32(begins, places);
        const unsigned whole = end_of_pretoken & (end_of_pretoken << 1 | unit_begins_pretoken);
        units = _mm512_mask_or_epi32(units, static_cast<__mmask16>(~whole), units,
                                     _mm512_set1_epi32(static_cast<int>(part_flag)));
        single = _mm512_mask_mov_epi32(single, static_cast<__mmask16>(whole), no_char);
        unit_begins_pretoken = end_of_pretoken >> (units_here - 1) & 1;
      }
      _mm512_storeu_si512(ends.data() + count, units);
      _mm512_storeu_si512(singles + count, single);
      count += units_here;
      at += bytes_of_lanes(firsts);
      if (count > 0 && (count + kLanes + 1 > ends.size() ||
                        std::popcount(static_cast<std::uint64_t>(_mm512_movepi8_mask(block))) <
                            static_cast<int>(CharCuts::kWideBytesMin))) {
        if (at < text.size()) return count;
      }
    }
    const bool whole = unit_begins_pretoken != 0;
    const bool is_single = before.begins_unit != 0 && !(whole && part_flag != 0);
    singles[count] = is_single ? last_lane(before.code_points) : CharCuts::kNoChar;
    ends[count++] = static_cast<std::uint32_t>(text.size()) | (whole ? 0 : part_flag);
    return count;
  }

  static CutWide choose(bool pairs_are_rare) {
    const bool supported =
        __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
        __builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("avx512vbmi2") != 0 &&
        __builtin_cpu_supports("bmi2") != 0;
    if (!supported) return nullptr;
    return pairs_are_rare ? cut<true> : cut<false>;
  }
};

CutWide choose_cut_wide(bool pairs_are_rare) {
  return CharCutsSimd::choose(pairs_are_rare);
}

#else

CutWide choose_cut_wide(bool) {
  return nullptr;
}

#endif

}  // namespace corpusmill
