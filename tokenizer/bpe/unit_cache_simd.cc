#include "tokenizer/bpe/unit_cache_simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <array>
#include <cstring>
#include <vector>

namespace corpusmill::unit_keys {
namespace {

// What 16 bytes from the begin of a unit have of it, by its length.
constexpr auto kKeyMasks = [] {
  std::array<UnitKey, kShortBytesMax + 1> masks{};
  for (std::size_t i = 0; i < masks.size(); ++i) {
    masks[i].low = i >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << i * 8) - 1;
    masks[i].high = i <= 8 ? 0 : (std::uint64_t{1} << (i - 8) * 8) - 1;
  }
  return masks;
}();

inline UnitKey key_of(const char* bytes, std::size_t size, bool part) {
  if (size > kShortBytesMax) [[unlikely]]
    return kLongKey;
  UnitKey key;
  std::memcpy(&key, bytes, sizeof key);
  key.low &= kKeyMasks[size].low;
  key.high = (key.high & kKeyMasks[size].high) | static_cast<std::uint64_t>(size) << kLengthShift |
             static_cast<std::uint64_t>(part) << kPartBit;
  return key;
}

// The sum of products has no bit of a key's upper end in its lower half.
std::uint32_t multiply(const UnitKey& key) {
  const std::uint64_t mixed = key.low * 0x9E3779B97F4A7C15U + key.high * 0xD6E8FEB86659FD93U;
  return static_cast<std::uint32_t>((mixed ^ mixed >> 32) * 0xC2B2AE3D27D4EB4FU >> 32);
}

// Units one behind the other, without and with flags; scattered ones, with flags.
enum class Units { kWhole, kParts, kScattered };

// One by one, by any hash.
template <Units kUnits, class HashKey>
[[gnu::always_inline]] inline void prepare_singly(const char* bytes, const std::uint32_t* begins,
                                                  std::span<const std::uint32_t> ends,
                                                  std::uint32_t offset_mask, const char* lines,
                                                  Probes& probes, std::size_t first,
                                                  const HashKey& hash) {
  constexpr bool kHasParts = kUnits != Units::kWhole;
  std::uint32_t begin = ends.empty() ? 0 : *begins;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (kUnits == Units::kScattered) begin = begins[i];
    const std::uint32_t end = kHasParts ? ends[i] & ~kPart : ends[i];
    const UnitKey key = key_of(bytes + begin, end - begin, kHasParts && (ends[i] & kPart) != 0);
    const std::uint32_t offset = hash(key) & offset_mask;
    if (kUnits == Units::kScattered) __builtin_prefetch(lines + offset);
    probes.keys[first + i] = key;
    probes.offsets[first + i] = offset;
    probes.long_units |= static_cast<std::uint64_t>(end - begin > kShortBytesMax) << (first + i);
    begin = end;
  }
}

template <Units kUnits>
void prepare_portably(const char* bytes, const std::uint32_t* begins,
                      std::span<const std::uint32_t> ends, std::uint32_t offset_mask,
                      const char* lines, Probes& probes, std::size_t first) {
  prepare_singly<kUnits>(bytes, begins, ends, offset_mask, lines, probes, first, multiply);
}

std::size_t look_up_portably(const Probes& probes, const Probes& next, std::size_t first,
                             std::size_t count, const char* lines, std::uint32_t*& out) {
  std::uint32_t* end = out;
  std::size_t i = first;
  for (; i < count; ++i) {
    __builtin_prefetch(lines + next.offsets[i]);
    const auto* entry = reinterpret_cast<const Entry*>(lines + probes.offsets[i]);
    // Which of the two it is nobody can foretell: no branch.
    entry += difference(*entry, probes.keys[i]) != 0;
    std::memcpy(end, entry->ids, sizeof entry->ids);
    if (difference(*entry, probes.keys[i]) != 0 || entry->is_elsewhere()) break;
    if (entry->is_packed()) entry->unpack(end);
    end += entry->count();
  }
  out = end;
  return i;
}

#if defined(__x86_64__)
#define CORPUSMILL_VAES __attribute__((target("avx512bw,avx512vl,avx512vbmi,vaes,aes,bmi,bmi2")))

// Two rounds of AES: after one a byte is spread over four, after two over all.
constexpr std::uint64_t kRound1[2] = {0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93};
constexpr std::uint64_t kRound2[2] = {0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9};

CORPUSMILL_VAES __m128i load(const void* at) {
  return _mm_loadu_si128(static_cast<const __m128i*>(at));
}

template <int kLane>
CORPUSMILL_VAES std::uint32_t lane(__m128i numbers) {
  return static_cast<std::uint32_t>(_mm_extract_epi32(numbers, kLane));
}

CORPUSMILL_VAES std::uint32_t two_rounds(const UnitKey& key) {
  const __m128i mixed =
      _mm_aesenc_si128(_mm_aesenc_si128(load(&key), load(kRound1)), load(kRound2));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(mixed));
}

// For each byte of four keys which one of its key it is, and where its key's number stands in a
// vector of four.
alignas(64) constexpr auto kByteNumbers = [] {
  std::array<std::uint8_t, 64> numbers{};
  for (std::size_t i = 0; i < 64; ++i) numbers[i] = static_cast<std::uint8_t>(i % 16);
  return numbers;
}();
alignas(64) constexpr auto kUnitNumbers = [] {
  std::array<std::uint8_t, 64> numbers{};
  for (std::size_t i = 0; i < 64; ++i) numbers[i] = static_cast<std::uint8_t>(i / 16 * 4);
  return numbers;
}();

template <Units kUnits>
CORPUSMILL_VAES void prepare_fours(const char* bytes, const std::uint32_t* first_begins,
                                   std::span<const std::uint32_t> ends, std::uint32_t offset_mask,
                                   const char* lines, Probes& probes, std::size_t first) {
  constexpr bool kHasParts = kUnits != Units::kWhole, kScattered = kUnits == Units::kScattered;
  constexpr __mmask64 kAllBytes = ~__mmask64{0};  // GCC 12 warns of unmasked forms
  constexpr __mmask64 kLastBytes = 0x8000'8000'8000'8000;
  const __m512i byte_numbers = _mm512_load_si512(kByteNumbers.data());
  const __m512i unit_numbers = _mm512_load_si512(kUnitNumbers.data());
  const __m512i round1 = _mm512_maskz_broadcast_i32x4(0xFFFF, load(kRound1));
  const __m512i round2 = _mm512_maskz_broadcast_i32x4(0xFFFF, load(kRound2));
  const __m512i first_words = _mm512_zextsi128_si512(_mm_setr_epi32(0, 4, 8, 12));
  const __m512i long_tag = _mm512_set1_epi8(1 << (kPartBit - kLengthShift));
  const __m128i no_flags = _mm_set1_epi32(static_cast<int>(~kPart));
  __m128i before = _mm_set1_epi32(ends.empty() ? 0 : static_cast<int>(*first_begins));
  std::uint32_t last_end = ends.empty() ? 0 : *first_begins;
  // From memory: to take them out of a vector is what the loop would wait for.
  const auto end_of = [&](std::size_t unit) {
    return kHasParts ? ends[unit] & ~kPart : ends[unit];
  };
  const auto begin_of = [&](std::size_t unit) {
    return kScattered ? first_begins[unit] : end_of(unit - 1);
  };
  std::size_t i = 0;
  for (; i + 4 <= ends.size(); i += 4) {
    const __m128i flagged = load(ends.data() + i);
    const __m128i here = kHasParts ? _mm_and_si128(flagged, no_flags) : flagged;
    const __m128i begins = kScattered ? load(first_begins + i) : _mm_alignr_epi8(here, before, 12);
    before = here;
    __m512i keys = _mm512_zextsi128_si512(load(bytes + (kScattered ? first_begins[i] : last_end)));
    last_end = end_of(i + 3);
    keys = _mm512_maskz_inserti32x4(0xFFFF, keys, load(bytes + begin_of(i + 1)), 1);
    keys = _mm512_maskz_inserti32x4(0xFFFF, keys, load(bytes + begin_of(i + 2)), 2);
    keys = _mm512_maskz_inserti32x4(0xFFFF, keys, load(bytes + begin_of(i + 3)), 3);
    const __m128i sizes = _mm_min_epu32(_mm_sub_epi32(here, begins), _mm_set1_epi32(16));
    const __m512i size_bytes =
        _mm512_maskz_permutexvar_epi8(kAllBytes, unit_numbers, _mm512_zextsi128_si512(sizes));
    const __mmask64 is_short = _mm512_cmple_epu8_mask(size_bytes, _mm512_set1_epi8(kShortBytesMax));
    __m512i tags = _mm512_mask_mov_epi8(long_tag, is_short, size_bytes);
    if (kHasParts) {
      // The flag, from bit 31 to bit 4 of the tag.
      const __m128i parts =
          _mm_srli_epi32(_mm_andnot_si128(no_flags, flagged), 31 - (kPartBit - kLengthShift));
      tags = _mm512_or_si512(tags, _mm512_maskz_permutexvar_epi8(is_short, unit_numbers,
                                                                 _mm512_zextsi128_si512(parts)));
    }
    if (is_short != kAllBytes) [[unlikely]] {
      probes.long_units |= _pext_u64(~is_short, 0x0001'0001'0001'0001) << (first + i);
    }
    const __mmask64 of_unit = _mm512_mask_cmplt_epu8_mask(is_short, byte_numbers, size_bytes);
    keys = _mm512_mask_mov_epi8(_mm512_maskz_mov_epi8(of_unit, keys), kLastBytes, tags);
    const __m512i mixed = _mm512_aesenc_epi128(_mm512_aesenc_epi128(keys, round1), round2);
    const __m128i offsets =
        _mm_and_si128(_mm512_maskz_extracti32x4_epi32(
                          0xF, _mm512_maskz_permutexvar_epi32(0xF, first_words, mixed), 0),
                      _mm_set1_epi32(static_cast<int>(offset_mask)));
    _mm512_storeu_si512(probes.keys + first + i, keys);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(probes.offsets + first + i), offsets);
    if (kScattered) {
      __builtin_prefetch(lines + lane<0>(offsets));
      __builtin_prefetch(lines + lane<1>(offsets));
      __builtin_prefetch(lines + lane<2>(offsets));
      __builtin_prefetch(lines + lane<3>(offsets));
    }
  }
  prepare_singly<kUnits>(bytes, kScattered ? first_begins + i : &last_end, ends.subspan(i),
                         offset_mask, lines, probes, first + i,
                         [](const UnitKey& key) CORPUSMILL_VAES { return two_rounds(key); });
}

// Both entries of a line at once.
CORPUSMILL_VAES std::size_t look_up_lines(const Probes& probes, const Probes& next,
                                          std::size_t first, std::size_t count, const char* lines,
                                          std::uint32_t*& out) {
  // More ids than an entry has room for are a difference as well.
  constexpr std::uint64_t kHigh = (std::uint64_t{1} << Entry::kCountShift) - 1;
  static_assert((Entry::kIds << Entry::kCountShift) == 0x8000'0000'0000'0000);
  constexpr auto kCompared = static_cast<long long>(kHigh | 0x8000'0000'0000'0000);
  const __m512i compared = _mm512_setr_epi64(-1, kCompared, 0, 0, -1, kCompared, 0, 0);
  // By what differs: bits 0 and 1 of the first entry, bits 4 and 5 of the second.
  constexpr std::uint64_t kFirst = 1ULL << 0x10 | 1ULL << 0x20 | 1ULL << 0x30;
  constexpr std::uint64_t kSecond = 1ULL << 0x01 | 1ULL << 0x02 | 1ULL << 0x03;
  std::uint32_t* end = out;
  std::size_t i = first;
  for (; i < count; ++i) {
    __builtin_prefetch(lines + next.offsets[i]);
    const char* const line = lines + probes.offsets[i];
    const __m512i key = _mm512_maskz_broadcast_i32x4(0xFFFF, load(&probes.keys[i]));
    const unsigned different =
        _mm512_mask_test_epi64_mask(0xFF, _mm512_xor_si512(key, _mm512_load_si512(line)), compared);
    const auto* entry = reinterpret_cast<const Entry*>(line) + (different < 0x10 ? 1 : 0);
    std::memcpy(end, entry->ids, sizeof entry->ids);
    if (((kFirst | kSecond) >> different & 1) == 0) [[unlikely]] {
      entry = reinterpret_cast<const Entry*>(line);
      entry += difference(*entry, probes.keys[i]) != 0;
      if (!entry->is_packed() || difference(*entry, probes.keys[i]) != 0) break;
      entry->unpack(end);
    }
    end += entry->count();
  }
  out = end;
  return i;
}
#endif

std::vector<Functions> make_functions() {
  std::vector<Functions> all;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("vaes") != 0) {
    all.push_back({prepare_fours<Units::kWhole>, prepare_fours<Units::kParts>,
                   prepare_fours<Units::kScattered>, two_rounds, look_up_lines});
  }
#endif
  all.push_back({prepare_portably<Units::kWhole>, prepare_portably<Units::kParts>,
                 prepare_portably<Units::kScattered>, multiply, look_up_portably});
  return all;
}

}  // namespace

std::span<const Functions> functions() {
  static const std::vector<Functions> all = make_functions();
  return all;
}

}  // namespace corpusmill::unit_keys
