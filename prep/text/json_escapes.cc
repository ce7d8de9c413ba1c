#include "prep/text/json_escapes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <array>
#include <cstring>

namespace corpusmill {
namespace {

// What a byte means behind a backslash: itself, but for five letters.
constexpr std::array<char, 128> make_meanings() {
  std::array<char, 128> meanings{};
  for (std::size_t i = 0; i < meanings.size(); ++i) meanings[i] = static_cast<char>(i);
  meanings['b'] = '\b';
  meanings['f'] = '\f';
  meanings['n'] = '\n';
  meanings['r'] = '\r';
  meanings['t'] = '\t';
  return meanings;
}
alignas(64) constexpr std::array<char, 128> kMeanings = make_meanings();

std::size_t unescape_portable(std::string_view escaped, char* out) {
  char* const begin = out;
  const char* at = escaped.data();
  const char* const end = at + escaped.size();
  while (at < end) {
    const auto left = static_cast<std::size_t>(end - at);
    const void* const backslash = std::memchr(at, '\\', left);
    const std::size_t plain =
        backslash == nullptr ? left
                             : static_cast<std::size_t>(static_cast<const char*>(backslash) - at);
    std::memcpy(out, at, plain);
    out += plain;
    at += plain;
    if (backslash == nullptr) break;
    *out++ = kMeanings[static_cast<unsigned char>(at[1])];
    at += 2;
  }
  return static_cast<std::size_t>(out - begin);
}

#if defined(__x86_64__)

// Drops the backslashes of 64 bytes at a time, in whose place the escaped letter moves.
__attribute__((target("avx512bw,avx512vbmi,avx512vbmi2,bmi,popcnt"))) std::size_t unescape_avx512(
    std::string_view escaped, char* out) {
  char* const begin = out;
  const __m512i low_meanings = _mm512_load_si512(kMeanings.data());
  const __m512i high_meanings = _mm512_load_si512(kMeanings.data() + 64);
  std::uint64_t carry = 0;
  for (std::size_t at = 0; at < escaped.size(); at += 64) {
    const std::size_t left = escaped.size() - at;
    const std::uint64_t inside = left < 64 ? (std::uint64_t{1} << left) - 1 : ~std::uint64_t{0};
    const __m512i bytes = _mm512_loadu_si512(escaped.data() + at);
    const std::uint64_t backslashes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\'));
    if ((backslashes & inside) == 0 && carry == 0) {
      _mm512_storeu_si512(out, bytes);
      out += left < 64 ? left : 64;
      continue;
    }
    const std::uint64_t letters = escaped_bytes(backslashes, carry);
    const std::uint64_t kept = inside & ~(backslashes & ~letters);
    const __m512i meant = _mm512_mask_blend_epi8(
        letters, bytes, _mm512_permutex2var_epi8(low_meanings, bytes, high_meanings));
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(kept, meant));
    out += _mm_popcnt_u64(kept);
  }
  return static_cast<std::size_t>(out - begin);
}

// Copies up to the next backslash, 32 bytes at a time.
__attribute__((target("avx2,bmi"))) std::size_t unescape_avx2(std::string_view escaped, char* out) {
  char* const begin = out;
  const char* at = escaped.data();
  const char* const end = at + escaped.size();
  while (at < end) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const auto backslashes = static_cast<std::uint32_t>(
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'))));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), bytes);
    const std::size_t plain = backslashes == 0 ? 32 : _tzcnt_u32(backslashes);
    const auto left = static_cast<std::size_t>(end - at);
    if (plain >= left) return static_cast<std::size_t>(out - begin) + left;
    at += plain;
    out += plain;
    if (backslashes == 0) continue;
    *out++ = kMeanings[static_cast<unsigned char>(at[1])];
    at += 2;
  }
  return static_cast<std::size_t>(out - begin);
}

#endif

}  // namespace

std::vector<Unescape*> unescape_variants() {
  std::vector<Unescape*> variants;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vbmi") != 0 &&
      __builtin_cpu_supports("avx512vbmi2") != 0) {
    variants.push_back(unescape_avx512);
  }
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0) {
    variants.push_back(unescape_avx2);
  }
#endif
  variants.push_back(unescape_portable);
  return variants;
}

std::size_t unescape(std::string_view escaped, char* out) {
  static Unescape* const fastest = unescape_variants().front();
  return fastest(escaped, out);
}

}  // namespace corpusmill
