#include "tokenizer/bpe/char_cuts_simd.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <array>
#include <bit>

#include "tokenizer/bpe/wide_cutter.h"

namespace corpusmill {

#define CORPUSMILL_AVX2 __attribute__((target("avx2")))

// A friend of CharCuts, for its tables. Characters of three bytes up to eight at a time; others
// one by one.
struct CharCutsAvx2 {
  static constexpr std::size_t kChars = 8, kBytes = 3 * kChars;
  static constexpr std::size_t kBytesRead = 28;
  // By a mask of lanes: their numbers, ascending.
  using Compress = std::array<std::array<std::uint8_t, kChars>, 256>;
  static constexpr Compress kCompress = [] {
    Compress made{};
    for (std::size_t mask = 0; mask < made.size(); ++mask) {
      std::size_t count = 0;
      for (std::uint8_t lane = 0; lane < kChars; ++lane) {
        if ((mask >> lane & 1) != 0) made[mask][count++] = lane;
      }
    }
    return made;
  }();

  CORPUSMILL_AVX2 static __m256i all(std::uint32_t number) {
    return _mm256_set1_epi32(static_cast<int>(number));
  }
  // Of the characters.
  CORPUSMILL_AVX2 static __m256i places() { return _mm256_setr_epi32(0, 3, 6, 9, 12, 15, 18, 21); }
  CORPUSMILL_AVX2 static unsigned lanes(__m256i chosen) {
    return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(chosen)));
  }
  CORPUSMILL_AVX2 static unsigned lanes_with(__m256i words, __m256i bits) {
    return lanes(_mm256_cmpeq_epi32(_mm256_and_si256(words, bits), bits));
  }
  // 1 << numbers % 32
  CORPUSMILL_AVX2 static __m256i bit_of(__m256i numbers) {
    return _mm256_sllv_epi32(all(1), _mm256_and_si256(numbers, all(31)));
  }
  // CharCuts::first_bit() of the bytes' low bits.
  CORPUSMILL_AVX2 static __m256i bit_number(__m256i bytes) {
    const __m256i low = _mm256_and_si256(bytes, all(CharCuts::kOpenBytes - 1));
    return _mm256_add_epi32(low, _mm256_cmpeq_epi32(low, all(CharCuts::kInPair)));  // or - 1
  }
  // The lanes of `here`, moved by one, behind `before`.
  CORPUSMILL_AVX2 static __m256i from_left(__m256i here, std::uint32_t before) {
    const __m256i moved =
        _mm256_permutevar8x32_epi32(here, _mm256_setr_epi32(0, 0, 1, 2, 3, 4, 5, 6));
    return _mm256_blend_epi32(moved, all(before), 1);
  }
  CORPUSMILL_AVX2 static __m256i gather(const std::uint32_t* table, __m256i places) {
    return _mm256_i32gather_epi32(reinterpret_cast<const int*>(table), places, 4);
  }

  // The code points of the first of `bytes` as far as they are well-formed characters of three
  // bytes, in which no pretoken begins; returns how many. Those that E0 and ED begin, which not all
  // are, count as none.
  CORPUSMILL_AVX2 static unsigned decode(const char* bytes, __m256i pretokens,
                                         __m256i& code_points) {
    const auto load = [&](std::size_t from) CORPUSMILL_AVX2 {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + from));
    };
    const __m256i both =
        _mm256_inserti128_si256(_mm256_castsi128_si256(load(0)), load(kBytes / 2), 1);
    const __m256i threes = _mm256_shuffle_epi8(
        both, _mm256_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1,  //
                               0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
    const __m256i first = _mm256_and_si256(threes, all(0xFF));
    const __m256i is_other =
        _mm256_or_si256(_mm256_cmpeq_epi32(first, all(0xE0)), _mm256_cmpeq_epi32(first, all(0xED)));
    const __m256i inside = _mm256_and_si256(pretokens, _mm256_sllv_epi32(all(6), places()));
    const __m256i marks = _mm256_or_si256(_mm256_and_si256(threes, all(0x00C0C0F0)), is_other);
    const __m256i whole = _mm256_cmpeq_epi32(inside, _mm256_setzero_si256());
    const unsigned good =
        lanes(_mm256_and_si256(_mm256_cmpeq_epi32(marks, all(0x008080E0)), whole));
    const __m256i bits = _mm256_and_si256(threes, all(0x003F3F0F));
    const __m256i twelve = _mm256_maddubs_epi16(bits, all(0x00010140));
    code_points = _mm256_madd_epi16(twelve, all(0x00010040));
    return static_cast<unsigned>(std::countr_one(good));
  }

  // CharCuts::has() before each lane.
  CORPUSMILL_AVX2 static unsigned pairs(const CharCuts& cuts, __m256i left, __m256i right) {
    const auto factors =
        static_cast<std::uint32_t>(static_cast<std::uint16_t>(CharCuts::kLeftFactor)) << 16 |
        static_cast<std::uint16_t>(CharCuts::kRightFactor);
    const __m256i hash = _mm256_madd_epi16(
        _mm256_blend_epi16(_mm256_slli_epi32(left, 16), right, 0x55), all(factors));
    const __m256i words = gather(cuts.pair_words_.data(),
                                 _mm256_and_si256(_mm256_srli_epi32(hash, CharCuts::kPairWordShift),
                                                  all(cuts.pair_word_mask_)));
    constexpr auto& kShifts = CharCuts::kPairBitShifts;
    const __m256i bits =
        _mm256_or_si256(bit_of(_mm256_srli_epi32(hash, kShifts[0])),
                        _mm256_or_si256(bit_of(_mm256_srli_epi32(hash, kShifts[1])),
                                        bit_of(_mm256_srli_epi32(hash, kShifts[2]))));
    return lanes_with(words, bits);
  }

  // The lanes before whose characters the text may be cut, as CharCuts::may_cut() says.
  CORPUSMILL_AVX2 static unsigned places_to_cut(const WideCutter& cutter, __m256i left,
                                                __m256i right) {
    const CharCuts& cuts = cutter.cuts;
    const std::uint32_t before = cutter.left.code_point;
    const __m256i open =
        gather(cuts.open_.data(), _mm256_and_si256(right, all(CharCuts::kOpenSlots - 1)));
    const __m256i open_left = from_left(open, cuts.open_[CharCuts::open_slot(before)]);
    const __m256i first_bit = bit_of(bit_number(_mm256_srli_epi32(right, 12)));
    const __m256i last_bit = bit_of(_mm256_add_epi32(bit_number(left), all(CharCuts::kOpenBytes)));
    const unsigned left_wide = 0xFE | (before >= 0x80 ? 1 : 0);
    unsigned joins = lanes_with(open_left, first_bit) | (lanes_with(open, last_bit) & left_wide);
    const unsigned in_pairs = lanes_with(open, all(1U << CharCuts::kRightOfPair)) &
                              lanes_with(open_left, all(1U << CharCuts::kLeftOfPair));
    if ((in_pairs & ~joins) != 0) joins |= pairs(cuts, left, right) & in_pairs;
    return ~joins & (before == CutChar::kMalformed ? 0xFEU : 0xFFU);
  }

  // Takes the next characters of three bytes, up to eight; false if there is none.
  CORPUSMILL_AVX2 static bool take_threes(WideCutter& cutter) {
    const std::size_t at = cutter.at;
    if (at + kBytesRead > cutter.text.size()) return false;
    const __m256i pretokens = all(static_cast<std::uint32_t>(cutter.starts.from(at)));
    __m256i code_points;
    const unsigned count = decode(cutter.text.data() + at, pretokens, code_points);
    if (count == 0) return false;
    const unsigned begins = lanes_with(pretokens, _mm256_sllv_epi32(all(1), places()));
    const __m256i left = from_left(code_points, cutter.left.code_point);
    const unsigned cuts = (places_to_cut(cutter, left, code_points) | begins) & ((1U << count) - 1);
    // A unit is one character where the one before its end begins it.
    const unsigned singles = cuts << 1 | (cutter.unit_char == cutter.left.code_point ? 1U : 0U);
    const __m256i chars = _mm256_blendv_epi8(all(CharCuts::kNoChar), left, lanes_of(singles));
    const __m256i order = _mm256_cvtepu8_epi32(
        _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kCompress[cuts].data())));
    const auto store = [&](std::uint32_t* to, __m256i values) CORPUSMILL_AVX2 {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                          _mm256_permutevar8x32_epi32(values, order));
    };
    store(cutter.ends.data() + cutter.count,
          _mm256_add_epi32(places(), all(static_cast<std::uint32_t>(at))));
    store(cutter.chars + cutter.count, chars);
    cutter.count += static_cast<std::size_t>(std::popcount(cuts));
    const __m256i last_lane = all(count - 1);
    const auto last = static_cast<std::uint32_t>(
        _mm256_cvtsi256_si32(_mm256_permutevar8x32_epi32(code_points, last_lane)));
    cutter.left = {last, 3};
    cutter.unit_char = (cuts >> (count - 1) & 1) != 0 ? last : CharCuts::kNoChar;
    cutter.wide_bytes += 3 * count;
    cutter.at += 3 * count;
    return true;
  }

  // All bits of the lanes that the mask has.
  CORPUSMILL_AVX2 static __m256i lanes_of(unsigned mask) {
    const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    return _mm256_cmpeq_epi32(_mm256_and_si256(all(mask), bits), bits);
  }

  CORPUSMILL_AVX2 static std::size_t cut(const CharCuts& cuts, std::string_view text,
                                         PretokenStarts starts, std::uint32_t begin,
                                         std::uint32_t part_flag, std::span<std::uint32_t> ends,
                                         std::uint32_t* chars) {
    WideCutter cutter(cuts, text, starts, begin, part_flag, ends, chars);
    while (cutter.goes_on()) {
      if (part_flag != 0 || !take_threes(cutter)) cutter.step();
    }
    return cutter.finish();
  }
};

CutWide choose_cut_wide_avx2() {
  return __builtin_cpu_supports("avx2") != 0 ? CharCutsAvx2::cut : nullptr;
}

}  // namespace corpusmill

#else

namespace corpusmill {

CutWide choose_cut_wide_avx2() {
  return nullptr;
}

}  // namespace corpusmill

#endif
