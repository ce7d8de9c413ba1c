#include "tokenizer/bpe/id_words.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <bit>
#include <cstring>

namespace corpusmill::id_words {
namespace {

// A word without bit 63. Most have few ids more than others.
inline TokenId* spell_list(std::uint64_t word, const TokenId* list, TokenId* out) {
  constexpr std::size_t kStep = 8;
  static_assert(kStep <= kSpareIds);
  const std::size_t count = word >> 32;
  list += static_cast<std::uint32_t>(word);
  for (std::size_t i = 0; i < count; i += kStep) {
    std::memcpy(out + i, list + i, kStep * sizeof(TokenId));
  }
  return out + count;
}

TokenId* spell_portably(std::span<const std::uint64_t> words, const TokenId* list, TokenId* out) {
  for (const std::uint64_t word : words) {
    if ((word & kTag) == 0) {
      out = spell_list(word, list, out);
      continue;
    }
    // Those that are none stand behind those that are.
    std::size_t count = 0;
    for (std::size_t i = 0; i < kIdsMax; ++i) {
      out[i] = static_cast<TokenId>(word >> i * kIdBits) & kNobody;
      count += out[i] != kNobody ? 1 : 0;
    }
    out += count;
  }
  return out;
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

CORPUSMILL_VBMI TokenId* spell_eights(std::span<const std::uint64_t> words, const TokenId* list,
                                      TokenId* out) {
  for (std::size_t done = 0; done < words.size();) {
    const std::size_t left = words.size() - done;
    const auto lanes = static_cast<__mmask8>(left >= 8 ? 0xFF : (1U << left) - 1);
    // Of a word of all ones there are no ids.
    const __m512i eight =
        _mm512_mask_loadu_epi64(_mm512_set1_epi64(-1), lanes, words.data() + done);
    const auto tagged = static_cast<unsigned>(_mm512_movepi64_mask(eight));
    if (tagged == 0xFF) [[likely]] {
      out = spell_eight(eight, out);
      done += 8;
      continue;
    }
    const auto count = static_cast<unsigned>(std::countr_one(tagged));
    out = spell_eight(_mm512_mask_mov_epi64(_mm512_set1_epi64(-1),
                                            static_cast<__mmask8>((1U << count) - 1), eight),
                      out);
    out = spell_list(words[done + count], list, out);
    done += count + 1;
  }
  return out;
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
