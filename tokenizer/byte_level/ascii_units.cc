#include "tokenizer/byte_level/ascii_units.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <array>
#include <bit>
#include <vector>

namespace corpusmill::ascii_units {
namespace {

constexpr std::size_t kWordBits = 64;

// The bits above `begin` and up to `stop` of the word that is `word`.
inline std::uint64_t ends_in(PretokenStarts starts, std::size_t word, std::uint32_t begin,
                             std::size_t stop) {
  std::uint64_t bits = starts.words[word];
  if (word == begin / kWordBits) bits &= ~std::uint64_t{1} << begin % kWordBits;
  if (word == stop / kWordBits) bits &= ~(~std::uint64_t{1} << stop % kWordBits);
  return bits;
}

std::size_t take_portably(std::string_view text, PretokenStarts starts, std::uint32_t begin,
                          std::size_t stop, std::span<std::uint32_t> ends, std::uint32_t* chars) {
  std::size_t count = 0, last = begin;
  for (std::size_t word = begin / kWordBits; word <= stop / kWordBits; ++word) {
    for (std::uint64_t bits = ends_in(starts, word, begin, stop); bits != 0; bits &= bits - 1) {
      if (count == ends.size()) return count;
      const std::size_t end = word * kWordBits + static_cast<unsigned>(std::countr_zero(bits));
      chars[count] = end - last == 1 ? static_cast<std::uint8_t>(text[last]) : CharCuts::kNoChar;
      ends[count++] = static_cast<std::uint32_t>(end);
      last = end;
    }
  }
  return count;
}

#if defined(__x86_64__)
#define CORPUSMILL_VBMI2 __attribute__((target("avx512bw,avx512vbmi2,bmi2,bmi,popcnt")))

constexpr __mmask16 kAllLanes = 0xFFFF;  // GCC 12 warns of unmasked forms

CORPUSMILL_VBMI2 inline __m512i widen(const std::uint8_t* bytes) {
  return _mm512_maskz_cvtepu8_epi32(kAllLanes,
                                    _mm_load_si128(reinterpret_cast<const __m128i*>(bytes)));
}

CORPUSMILL_VBMI2 std::size_t take_words(std::string_view text, PretokenStarts starts,
                                        std::uint32_t begin, std::size_t stop,
                                        std::span<std::uint32_t> ends, std::uint32_t* chars) {
  constexpr std::size_t kLanes = 16;
  alignas(64) static constexpr auto kNumbers = [] {
    std::array<std::uint8_t, kWordBits> numbers{};
    for (std::size_t i = 0; i < kWordBits; ++i) numbers[i] = static_cast<std::uint8_t>(i);
    return numbers;
  }();
  const __m512i no_char = _mm512_set1_epi32(static_cast<int>(CharCuts::kNoChar));
  std::size_t count = 0;
  std::size_t word = begin / kWordBits;
  std::uint64_t carry = 0;  // whether a pretoken begins at the last byte of the word before
  for (; word <= stop / kWordBits; ++word) {
    if (ends.size() - count < kWordBits + kLanes) break;
    const std::size_t first = word * kWordBits;
    const std::uint64_t bits = ends_in(starts, word, begin, stop);
    const std::uint64_t begins = starts.words[word];
    // The byte before each: of the first word there is none before the first.
    __mmask64 there = first + kWordBits - 1 <= text.size()
                          ? ~std::uint64_t{0}
                          : (std::uint64_t{1} << (text.size() + 1 - first)) - 1;
    if (first == 0) there &= ~std::uint64_t{1};
    const __m512i before = _mm512_maskz_loadu_epi8(there, text.data() + first - 1);
    alignas(64) std::uint8_t places[kWordBits], bytes[kWordBits];
    _mm512_store_si512(places,
                       _mm512_maskz_compress_epi8(bits, _mm512_load_si512(kNumbers.data())));
    _mm512_store_si512(bytes, _mm512_maskz_compress_epi8(bits, before));
    std::uint64_t single = _pext_u64(begins << 1 | carry, bits);
    carry = begins >> 63;
    const auto units = static_cast<std::size_t>(std::popcount(bits));
    const __m512i base = _mm512_set1_epi32(static_cast<int>(first));
    for (std::size_t i = 0; i < units; i += kLanes, single >>= kLanes) {
      _mm512_storeu_si512(ends.data() + count + i, _mm512_add_epi32(base, widen(places + i)));
      _mm512_storeu_si512(
          chars + count + i,
          _mm512_mask_mov_epi32(no_char, static_cast<__mmask16>(single), widen(bytes + i)));
    }
    count += units;
  }
  if (word > stop / kWordBits) return count;
  const std::uint32_t last = count > 0 ? ends[count - 1] : begin;
  if (last == stop) return count;
  return count + take_portably(text, starts, last, stop, ends.subspan(count), chars + count);
}
#endif

std::vector<Take> make_takers() {
  std::vector<Take> all;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vbmi2") != 0 &&
      __builtin_cpu_supports("bmi2") != 0) {
    all.push_back(take_words);
  }
#endif
  all.push_back(take_portably);
  return all;
}

}  // namespace

std::span<const Take> takers() {
  static const std::vector<Take> all = make_takers();
  return all;
}

}  // namespace corpusmill::ascii_units
