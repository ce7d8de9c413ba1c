#include "tokenizer/bpe/char_words.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <bit>
#include <vector>

namespace corpusmill {
namespace {

std::size_t look_up_portably(const std::uint64_t* table, std::span<const std::uint32_t> chars,
                             std::uint64_t* words, std::uint32_t* unknown) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < chars.size(); ++i) {
    words[i] = chars[i] < CharWords::kChars ? table[chars[i]] : 0;
    unknown[count] = static_cast<std::uint32_t>(i);
    count += words[i] == 0 ? 1 : 0;
  }
  return count;
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512vl,popcnt"))) std::size_t look_up_eights(
    const std::uint64_t* table, std::span<const std::uint32_t> chars, std::uint64_t* words,
    std::uint32_t* unknown) {
  const __m256i end = _mm256_set1_epi32(CharWords::kChars);
  const __m256i eight = _mm256_set1_epi32(8);
  __m256i places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  std::size_t count = 0;
  for (std::size_t i = 0; i < chars.size(); i += 8) {
    const std::size_t left = chars.size() - i;
    const auto lanes = static_cast<__mmask8>(left >= 8 ? 0xFF : (1U << left) - 1);
    const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(chars.data() + i));
    const __mmask8 in_table = _mm256_mask_cmplt_epu32_mask(lanes, here, end);
    const __m512i found =
        _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), in_table, here, table, 8);
    const __mmask8 missing = _mm512_mask_testn_epi64_mask(lanes, found, found);
    _mm512_storeu_si512(words + i, found);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(unknown + count),
                        _mm256_maskz_compress_epi32(missing, places));
    count += static_cast<std::size_t>(std::popcount(static_cast<unsigned>(missing)));
    places = _mm256_add_epi32(places, eight);
  }
  return count;
}
#endif

}  // namespace

std::span<const CharWords::LookUp> CharWords::look_ups() {
  static const std::vector<LookUp> all = [] {
    std::vector<LookUp> found;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512vl") != 0) found.push_back(look_up_eights);
#endif
    found.push_back(look_up_portably);
    return found;
  }();
  return all;
}

void CharWords::learn(std::uint32_t code_point, std::uint64_t word) {
  if (words_.size() == 0) words_ = HugeArray<std::uint64_t>(kChars);
  words_[code_point] = word;
}

std::size_t CharWords::look_up(std::span<const std::uint32_t> chars, std::uint64_t* words,
                               std::uint32_t* unknown) {
  static const LookUp fastest = look_ups().front();
  if (words_.size() == 0) words_ = HugeArray<std::uint64_t>(kChars);
  return fastest(words_.data(), chars, words, unknown);
}

}  // namespace corpusmill
