#include "tokenizer/bpe/short_words.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace corpusmill {
namespace {

using Slot = ShortWords::Slot;
using Units = ShortWords::Units;
constexpr std::size_t kBytesMax = ShortWords::kBytesMax;
constexpr std::uint32_t kPart = ShortWords::kPart;

constexpr unsigned kSlotBits = 15;
constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15;
// A unit's key: its bytes, zeros behind them, and above them their number and its flag.
constexpr unsigned kSizeShift = 8 * kBytesMax, kPartShift = 4;

std::uint64_t key_of(std::string_view unit, bool part) {
  std::uint64_t key = 0;
  std::memcpy(&key, unit.data(), unit.size());
  return key | (std::uint64_t{unit.size()} | std::uint64_t{part} << kPartShift) << kSizeShift;
}

std::size_t slot_of(std::uint64_t key) {
  return key * kFactor >> (64 - kSlotBits);
}

// The same where eight bytes can be read from the unit's begin.
std::uint64_t key_at(const char* unit, std::size_t size, bool part) {
  std::uint64_t bytes;
  std::memcpy(&bytes, unit, sizeof bytes);
  const unsigned others = 8 * static_cast<unsigned>(sizeof bytes - size);
  return bytes << others >> others | (std::uint64_t{size} | std::uint64_t{part} << kPartShift)
                                         << kSizeShift;
}

std::size_t look_up_portably(const Slot* slots, const Units& units,
                             std::span<std::uint32_t> numbers, std::uint64_t* words) {
  std::size_t left = 0;
  for (const std::uint32_t number : numbers) {
    const std::uint32_t begin = number == 0 ? units.begin : units.ends[number - 1] & ~kPart;
    const std::uint32_t end = units.ends[number];
    const std::size_t size = (end & ~kPart) - begin;
    std::uint64_t key = 0;  // never known
    if (size <= kBytesMax && begin + sizeof key <= units.text.size()) {
      key = key_at(units.text.data() + begin, size, (end & kPart) != 0);
    }
    const Slot& slot = slots[slot_of(key)];
    const bool known = slot.key == key && key != 0;
    words[number] = known ? slot.word : words[number];
    numbers[left] = number;
    left += known ? 0 : 1;
  }
  return left;
}

#if defined(__x86_64__)
#define CORPUSMILL_AVX512 __attribute__((target("avx512f,avx512vl,avx512dq,popcnt")))

// Some units on their way: their slots come from memory while those before are looked at.
struct Batch {
  static constexpr std::size_t kUnits = 64;
  alignas(64) std::uint64_t keys[kUnits];  // 0: never known
  alignas(64) std::uint64_t slots[kUnits];
};

struct Eights {
  static constexpr __mmask8 kAllLanes = 0xFF;  // GCC 12 warns of unmasked forms
  static constexpr std::size_t kReadBytes = sizeof(std::uint64_t);

  const Slot* slots;
  const Units& units;
  std::uint64_t* words;

  // Units so near the end of the text that eight bytes from their begin are not there are not
  // known.
  CORPUSMILL_AVX512 void prepare(std::span<const std::uint32_t> numbers, Batch& batch) const {
    const __m256i last_begin = _mm256_set1_epi32(static_cast<int>(units.text.size() - kReadBytes));
    const __m256i part_bit = _mm256_set1_epi32(static_cast<int>(kPart));
    for (std::size_t i = 0; i < numbers.size(); i += 8) {
      const std::size_t left = numbers.size() - i;
      const auto lanes = static_cast<__mmask8>(left >= 8 ? 0xFF : (1U << left) - 1);
      const __m256i number = _mm256_maskz_loadu_epi32(lanes, numbers.data() + i);
      const __m256i end =
          _mm256_mmask_i32gather_epi32(_mm256_setzero_si256(), lanes, number, units.ends, 4);
      const __m256i before = _mm256_sub_epi32(number, _mm256_set1_epi32(1));
      const __m256i begin = _mm256_andnot_si256(
          part_bit, _mm256_mmask_i32gather_epi32(_mm256_set1_epi32(static_cast<int>(units.begin)),
                                                 _mm256_mask_test_epi32_mask(lanes, number, number),
                                                 before, units.ends, 4));
      const __m256i size = _mm256_sub_epi32(_mm256_andnot_si256(part_bit, end), begin);
      const __mmask8 is_short = _mm256_mask_cmple_epu32_mask(
          _mm256_mask_cmple_epu32_mask(lanes, size, _mm256_set1_epi32(int{kBytesMax})), begin,
          last_begin);
      const __m512i bytes = _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), is_short, begin,
                                                        units.text.data(), 1);
      // The bits of other bytes go out above.
      const __m512i others = _mm512_sub_epi64(
          _mm512_set1_epi64(64),
          _mm512_maskz_slli_epi64(kAllLanes, _mm512_maskz_cvtepu32_epi64(kAllLanes, size), 3));
      const __m512i own = _mm512_maskz_srlv_epi64(
          is_short, _mm512_maskz_sllv_epi64(is_short, bytes, others), others);
      const __m256i tag = _mm256_or_si256(
          size, _mm256_srli_epi32(_mm256_and_si256(part_bit, end), 31 - kPartShift));
      const __m512i key = _mm512_mask_or_epi64(
          own, is_short, own,
          _mm512_maskz_slli_epi64(is_short, _mm512_maskz_cvtepu32_epi64(is_short, tag),
                                  kSizeShift));
      const __m512i slot = _mm512_maskz_srli_epi64(
          kAllLanes,
          _mm512_maskz_mullo_epi64(kAllLanes, key,
                                   _mm512_set1_epi64(static_cast<long long>(kFactor))),
          64 - kSlotBits);
      _mm512_store_si512(batch.keys + i, key);
      _mm512_store_si512(batch.slots + i, slot);
      for (std::size_t lane = 0; lane < 8; ++lane)
        __builtin_prefetch(slots + batch.slots[i + lane]);
    }
  }

  // Leaves the numbers of those that are unknown from `kept` on; returns where they end.
  CORPUSMILL_AVX512 std::uint32_t* look_up(std::span<const std::uint32_t> numbers,
                                           const Batch& batch, std::uint32_t* kept) const {
    for (std::size_t i = 0; i < numbers.size(); i += 8) {
      const std::size_t left = numbers.size() - i;
      const auto lanes = static_cast<__mmask8>(left >= 8 ? 0xFF : (1U << left) - 1);
      const __m256i number = _mm256_maskz_loadu_epi32(lanes, numbers.data() + i);
      const __m512i key = _mm512_load_si512(batch.keys + i);
      // A slot has two of 8 bytes.
      const __m512i place =
          _mm512_maskz_slli_epi64(kAllLanes, _mm512_load_si512(batch.slots + i), 1);
      const __mmask8 is_short = _mm512_mask_test_epi64_mask(lanes, key, key);
      const __m512i keys =
          _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), is_short, place, &slots->key, 8);
      const __mmask8 known = _mm512_mask_cmpeq_epi64_mask(is_short, keys, key);
      const __m512i found =
          _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), known, place, &slots->word, 8);
      _mm512_mask_i32scatter_epi64(words, known, number, found, 8);
      const auto unknown = static_cast<__mmask8>(lanes & ~known);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(kept),
                          _mm256_maskz_compress_epi32(unknown, number));
      kept += std::popcount(static_cast<unsigned>(unknown));
    }
    return kept;
  }
};

CORPUSMILL_AVX512 std::size_t look_up_eights(const Slot* slots, const Units& units,
                                             std::span<std::uint32_t> numbers,
                                             std::uint64_t* words) {
  if (units.text.size() < Eights::kReadBytes) return numbers.size();
  const Eights eights{slots, units, words};
  Batch batches[2];
  std::uint32_t* kept = numbers.data();
  const auto some = [&](std::size_t from) CORPUSMILL_AVX512 {
    return numbers.subspan(from, std::min(numbers.size() - from, Batch::kUnits));
  };
  eights.prepare(some(0), batches[0]);
  unsigned turn = 0;
  for (std::size_t i = 0; i < numbers.size(); i += Batch::kUnits, turn ^= 1) {
    if (i + Batch::kUnits < numbers.size()) {
      eights.prepare(some(i + Batch::kUnits), batches[turn ^ 1]);
    }
    kept = eights.look_up(some(i), batches[turn], kept);
  }
  return static_cast<std::size_t>(kept - numbers.data());
}
#endif

}  // namespace

std::span<const ShortWords::LookUp> ShortWords::look_ups() {
  static const std::vector<LookUp> all = [] {
    std::vector<LookUp> found;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0) {
      found.push_back(look_up_eights);
    }
#endif
    found.push_back(look_up_portably);
    return found;
  }();
  return all;
}

void ShortWords::learn(std::string_view unit, bool part, std::uint64_t word) {
  if (unit.size() > kBytesMax) return;
  if (slots_.size() == 0) slots_ = HugeArray<Slot>(std::size_t{1} << kSlotBits);
  const std::uint64_t key = key_of(unit, part);
  slots_[slot_of(key)] = {key, word};
}

std::size_t ShortWords::look_up(const Units& units, std::span<std::uint32_t> numbers,
                                std::uint64_t* words) const {
  static const LookUp fastest = look_ups().front();
  return look_up_by(fastest, units, numbers, words);
}

}  // namespace corpusmill
