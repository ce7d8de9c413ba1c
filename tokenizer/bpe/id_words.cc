#include "tokenizer/bpe/id_words.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <bit>
#include <cstring>
#include <type_traits>

namespace corpusmill::id_words {
namespace {

// Most have few ids more than others.
template <Layout kLayout>
inline TokenId* spell_list(std::uint64_t word, const TokenId* list, TokenId* out) {
  constexpr std::size_t kStep = 8;
  static_assert(kStep <= kSpareIds);
  const auto [begin, count] = listed(kLayout, word);
  list += begin;
  for (std::size_t i = 0; i < count; i += kStep) {
    std::memcpy(out + i, list + i, kStep * sizeof(TokenId));
  }
  return out + count;
}

template <Layout kLayout>
TokenId* spell_portably(std::span<const std::uint64_t> words, const TokenId* list, TokenId* out) {
  constexpr TokenId kNobody = nobody(kLayout);
  for (const std::uint64_t word : words) {
    if (is_listed(kLayout, word)) {
      out = spell_list<kLayout>(word, list, out);
      continue;
    }
    // Those that are none stand behind those that are.
    std::size_t count = 0;
    for (std::size_t i = 0; i < ids_max(kLayout); ++i) {
      out[i] = static_cast<TokenId>(word >> i * id_bits(kLayout)) & kNobody;
      count += out[i] != kNobody ? 1 : 0;
    }
    out += count;
  }
  return out;
}

#if defined(__x86_64__)
#define CORPUSMILL_VBMI2 \
  __attribute__((target("avx512bw,avx512dq,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))

// Each way spells eight words; a word of all ones has no ids, and is as if listed where the layout
// has no bit for that.
struct ThreeIds {
  static constexpr Layout kLayout = Layout::kThreeIds;

  // Bit i: word i is not listed.
  CORPUSMILL_VBMI2 static unsigned here(__m512i eight) {
    return static_cast<unsigned>(_mm512_movepi64_mask(eight));
  }
  CORPUSMILL_VBMI2 static TokenId* spell(__m512i eight, TokenId* out) {
    const __m512i lows = _mm512_setr_epi64(0, 0, 1, 1, 2, 2, 3, 3);
    const __m512i highs = _mm512_setr_epi64(4, 4, 5, 5, 6, 6, 7, 7);
    out = spell_four(_mm512_maskz_permutexvar_epi64(0xFF, lows, eight), out);
    return spell_four(_mm512_maskz_permutexvar_epi64(0xFF, highs, eight), out);
  }

 private:
  // Four words as 16 lanes, of which the fourth of each word is none.
  CORPUSMILL_VBMI2 static TokenId* spell_four(__m512i twice, TokenId* out) {
    constexpr __mmask16 kAllLanes = 0xFFFF, kIdLanes = 0x7777;  // GCC 12 warns of unmasked forms
    constexpr unsigned kBits = id_bits(kLayout);
    const __m512i none = _mm512_set1_epi32(nobody(kLayout));
    // Where in its word each byte of a lane begins; the last lane is anything.
    const __m512i places = _mm512_maskz_broadcast_i32x4(
        kAllLanes, _mm_setr_epi8(0, 8, 16, 24, kBits, kBits + 8, kBits + 16, kBits + 24, 2 * kBits,
                                 2 * kBits + 8, 2 * kBits + 16, 2 * kBits + 24, 0, 0, 0, 0));
    const __m512i ids =
        _mm512_and_si512(_mm512_maskz_multishift_epi64_epi8(~__mmask64{0}, places, twice), none);
    const __mmask16 here = _mm512_mask_cmpneq_epi32_mask(kIdLanes, ids, none);
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi32(here, ids));
    return out + std::popcount(static_cast<unsigned>(here));
  }
};

struct FourIds {
  static constexpr Layout kLayout = Layout::kFourIds;
  static constexpr __mmask16 kAllLanes = 0xFFFF;

  CORPUSMILL_VBMI2 static unsigned here(__m512i eight) {
    return _pext_u32(ids_of(eight), 0x1111'1111);
  }
  CORPUSMILL_VBMI2 static TokenId* spell(__m512i eight, TokenId* out) {
    const __mmask32 ids = ids_of(eight);
    const __m512i packed = _mm512_maskz_compress_epi16(ids, eight);
    const auto store = [](TokenId* to, __m256i half) CORPUSMILL_VBMI2 {
      _mm512_storeu_si512(to, _mm512_maskz_cvtepu16_epi32(kAllLanes, half));
    };
    store(out, _mm512_maskz_extracti64x4_epi64(0xF, packed, 0));
    store(out + 16, _mm512_maskz_extracti64x4_epi64(0xF, packed, 1));
    return out + std::popcount(ids);
  }

 private:
  CORPUSMILL_VBMI2 static __mmask32 ids_of(__m512i eight) {
    return _mm512_cmpneq_epi16_mask(eight, _mm512_set1_epi16(-1));
  }
};

template <class Words>
CORPUSMILL_VBMI2 TokenId* spell_eights(std::span<const std::uint64_t> words, const TokenId* list,
                                       TokenId* out) {
  const __m512i no_words = _mm512_set1_epi64(-1);
  for (std::size_t done = 0; done < words.size();) {
    const std::size_t left = words.size() - done;
    const auto lanes = static_cast<__mmask8>(left >= 8 ? 0xFF : (1U << left) - 1);
    const __m512i eight = _mm512_mask_loadu_epi64(no_words, lanes, words.data() + done);
    const unsigned here = Words::here(eight);
    if (here == 0xFF) [[likely]] {
      out = Words::spell(eight, out);
      done += 8;
      continue;
    }
    const auto count = static_cast<unsigned>(std::countr_one(here));
    const auto before = static_cast<__mmask8>((1U << count) - 1);
    out = Words::spell(_mm512_mask_mov_epi64(no_words, before, eight), out);
    done += count;
    if (done < words.size()) out = spell_list<Words::kLayout>(words[done++], list, out);
  }
  return out;
}
#endif

template <Layout kLayout>
std::vector<Spell> make_spellers() {
  std::vector<Spell> all;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("avx512vbmi2") != 0 &&
      __builtin_cpu_supports("bmi2") != 0) {
    using Words = std::conditional_t<kLayout == Layout::kThreeIds, ThreeIds, FourIds>;
    all.push_back(spell_eights<Words>);
  }
#endif
  all.push_back(spell_portably<kLayout>);
  return all;
}

}  // namespace

std::span<const Spell> spellers(Layout layout) {
  static const std::vector<Spell> three = make_spellers<Layout::kThreeIds>();
  static const std::vector<Spell> four = make_spellers<Layout::kFourIds>();
  return layout == Layout::kThreeIds ? three : four;
}

}  // namespace corpusmill::id_words
