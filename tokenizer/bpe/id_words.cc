#include "tokenizer/bpe/id_words.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <bit>

namespace corpusmill::id_words {
namespace {

std::size_t spell_portably(std::span<const std::uint64_t> words, TokenId*& out) {
  std::size_t done = 0;
  for (; done < words.size() && (words[done] & kTag) != 0; ++done) {
    for (std::size_t i = 0; i < kIdsMax; ++i) {
      const auto id = static_cast<TokenId>(words[done] >> i * kIdBits) & kNobody;
      *out = id;
      out += id != kNobody ? 1 : 0;
    }
  }
  return done;
}

#if defined(__x86_64__)
#define CORPUSMILL_VBMI __attribute__((target("avx512bw,avx512dq,avx512vbmi,bmi,popcnt")))

// Four words as 16 lanes, of which the fourth of each word is none.
CORPUSMILL_VBMI inline TokenId* spell_four(__m512i twice, TokenId* out) {
  constexpr __mmask16 kAllLanes = 0xFFFF, kIdLanes = 0x7777;  // GCC 12 warns of unmasked forms
  const __m512i nobody = _mm512_set1_epi32(kNobody);
  // Where in its word each byte of a lane begins; the last lane is anything.
  const __m512i places = _mm512_maskz_broadcast_i32x4(
      kAllLanes,
      _mm_setr_epi8(0, 8, 16, 24, kIdBits, kIdBits + 8, kIdBits + 16, kIdBits + 24, 2 * kIdBits,
                    2 * kIdBits + 8, 2 * kIdBits + 16, 2 * kIdBits + 24, 0, 0, 0, 0));
  const __m512i ids =
      _mm512_and_si512(_mm512_maskz_multishift_epi64_epi8(~__mmask64{0}, places, twice), nobody);
  const __mmask16 here = _mm512_mask_cmpneq_epi32_mask(kIdLanes, ids, nobody);
  _mm512_storeu_si512(out, _mm512_maskz_compress_epi32(here, ids));
  return out + std::popcount(static_cast<unsigned>(here));
}

CORPUSMILL_VBMI inline TokenId* spell_eight(__m512i eight, TokenId* out) {
  const __m512i lows = _mm512_setr_epi64(0, 0, 1, 1, 2, 2, 3, 3);
  const __m512i highs = _mm512_setr_epi64(4, 4, 5, 5, 6, 6, 7, 7);
  out = spell_four(_mm512_maskz_permutexvar_epi64(0xFF, lows, eight), out);
  return spell_four(_mm512_maskz_permutexvar_epi64(0xFF, highs, eight), out);
}

CORPUSMILL_VBMI std::size_t spell_eights(std::span<const std::uint64_t> words, TokenId*& out) {
  std::size_t done = 0;
  TokenId* end = out;
  for (; done + 8 <= words.size(); done += 8) {
    const __m512i eight = _mm512_loadu_si512(words.data() + done);
    if (_mm512_movepi64_mask(eight) != 0xFF) break;
    end = spell_eight(eight, end);
  }
  const std::size_t left = words.size() - done;
  const auto lanes = static_cast<__mmask8>(left >= 8 ? 0xFF : (1U << left) - 1);
  const __m512i eight = _mm512_maskz_loadu_epi64(lanes, words.data() + done);
  const auto tagged = static_cast<unsigned>(_mm512_movepi64_mask(eight));
  const auto count = static_cast<unsigned>(std::countr_one(tagged));
  // A word of all ones is no ids.
  out = spell_eight(
      _mm512_mask_mov_epi64(_mm512_set1_epi64(-1), static_cast<__mmask8>((1U << count) - 1), eight),
      end);
  return done + count;
}
#endif

std::vector<Spell> make_spellers() {
  std::vector<Spell> all;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("bmi") != 0) {
    all.push_back(spell_eights);
  }
#endif
  all.push_back(spell_portably);
  return all;
}

}  // namespace

std::span<const Spell> spellers() {
  static const std::vector<Spell> all = make_spellers();
  return all;
}

}  // namespace corpusmill::id_words
