#include "tokenizer/char_bpe/char_bpe_cutter.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstring>

namespace corpusmill {
namespace {

constexpr std::size_t kBlock = 64;

// What is known of the places before 64 bytes; bit i is the place before byte i.
struct Places {
  std::uint64_t cuts;       // where both sides are ASCII and may be cut
  std::uint64_t not_ascii;  // byte i is not
};

struct Portable {
  static Places look(const AsciiPairs& pairs, const char* at) {
    Places places{0, 0};
    auto left = static_cast<std::uint8_t>(at[-1]);
    for (std::size_t i = 0; i < kBlock; ++i) {
      const auto right = static_cast<std::uint8_t>(at[i]);
      if ((left | right) < 0x80) {
        places.cuts |= std::uint64_t{!pairs.has(left, right)} << i;
      }
      places.not_ascii |= static_cast<std::uint64_t>(right >> 7) << i;
      left = right;
    }
    return places;
  }
};

#if defined(__x86_64__)
#define CORPUSMILL_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

struct Avx2 {
  static constexpr std::size_t kRow = 16;  // characters that have their high digit in common

  // The groups of ASCII characters; of others none.
  CORPUSMILL_AVX2 static __m256i groups_of(const std::uint8_t* groups, __m256i chars) {
    __m256i found = _mm256_setzero_si256();
    for (std::size_t row = 0; row < AsciiPairs::kChars / kRow; ++row) {
      const __m256i of_row = _mm256_broadcastsi128_si256(
          _mm_load_si128(reinterpret_cast<const __m128i*>(groups + row * kRow)));
      // Characters of the row become 0x70 to 0x7F, others have the top bit, which looks up 0.
      const __m256i in_row =
          _mm256_adds_epu8(_mm256_xor_si256(chars, _mm256_set1_epi8(static_cast<char>(row * kRow))),
                           _mm256_set1_epi8(0x70));
      found = _mm256_or_si256(found, _mm256_shuffle_epi8(of_row, in_row));
    }
    return found;
  }

  CORPUSMILL_AVX2 static __m256i load(const char* at) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  }

  CORPUSMILL_AVX2 static Places look_at_half(const AsciiPairs& pairs, const char* at) {
    const __m256i right = load(at);
    const __m256i together = _mm256_and_si256(groups_of(pairs.groups_of_left(), load(at - 1)),
                                              groups_of(pairs.groups_of_right(), right));
    const __m256i apart = _mm256_cmpeq_epi8(together, _mm256_setzero_si256());
    return {static_cast<std::uint32_t>(_mm256_movemask_epi8(apart)),
            static_cast<std::uint32_t>(_mm256_movemask_epi8(right))};
  }

  CORPUSMILL_AVX2 static Places look(const AsciiPairs& pairs, const char* at) {
    const Places low = look_at_half(pairs, at), high = look_at_half(pairs, at + kBlock / 2);
    return {low.cuts | high.cuts << 32, low.not_ascii | high.not_ascii << 32};
  }
};

#define CORPUSMILL_VBMI __attribute__((target("avx512bw,avx512vbmi,bmi,bmi2,popcnt")))

struct Avx512Vbmi {
  CORPUSMILL_VBMI static Places look(const AsciiPairs& pairs, const char* at) {
    const __m512i right = _mm512_loadu_si512(at);
    const __m512i left = _mm512_loadu_si512(at - 1);
    const auto* const of_left = pairs.groups_of_left();
    const auto* const of_right = pairs.groups_of_right();
    const __m512i left_groups = _mm512_permutex2var_epi8(_mm512_load_si512(of_left), left,
                                                         _mm512_load_si512(of_left + kBlock));
    const __m512i right_groups = _mm512_permutex2var_epi8(_mm512_load_si512(of_right), right,
                                                          _mm512_load_si512(of_right + kBlock));
    return {_mm512_testn_epi8_mask(left_groups, right_groups), _mm512_movepi8_mask(right)};
  }
};
#endif

std::uint64_t high_bits(const char* at) {
  std::uint64_t bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes & 0x8080808080808080U;
}

}  // namespace

bool is_mostly_wide(std::string_view text, std::size_t at) {
  constexpr std::size_t kLook = 24;
  if (text.size() - at < kLook) return false;
  const char* const bytes = text.data() + at;
  return std::popcount(high_bits(bytes) | high_bits(bytes + 8) >> 1 | high_bits(bytes + 16) >> 2) >
         12;
}

// The loop over a text, which asks Processor about blocks.
struct CutLoop {
  const CharBpeCutter& cutter;
  const std::string_view text;
  std::uint32_t* out;
  bool stop = false;  // what follows the last cut is mostly wide

  void cut_here(std::size_t at) { *out++ = static_cast<std::uint32_t>(at); }

  // From the character at `at` on, whose left side is settled, over characters that are not ASCII
  // and what is left of a text shorter than a block; returns the first place between two ASCII
  // characters where a block begins.
  std::size_t walk(std::size_t at, const std::uint32_t* out_end) {
    constexpr std::size_t kWideMax = 2;
    const std::uint32_t* const out_begin = out;
    std::size_t wide = 0;
    const auto decode = [&](std::size_t place) {
      return text.size() - place >= 4 ? decode_utf8_ahead(text, place) : decode_utf8(text, place);
    };
    DecodedChar left = decode(at);
    at += left.bytes;
    while (at < text.size() && out < out_end) {
      const bool ascii = left.code_point < 0x80 && static_cast<std::uint8_t>(text[at]) < 0x80;
      if (ascii && text.size() - at >= kBlock) return at;
      const DecodedChar right = decode(at);
      if (cutter.may_cut(left.code_point, right.code_point)) cut_here(at);
      wide += right.code_point >= 0x80;
      if (wide > kWideMax && out > out_begin) {
        if (is_mostly_wide(text, out[-1])) {
          stop = true;
          return at;
        }
        wide = 0;
      }
      at += right.bytes;
      left = right;
    }
    return at;
  }

  template <class Processor>
  static inline __attribute__((always_inline)) std::size_t run(const CharBpeCutter& cutter,
                                                               std::string_view text,
                                                               std::uint32_t begin,
                                                               std::span<std::uint32_t> ends) {
    CutLoop loop{cutter, text, ends.data()};
    if (ends.size() < kBlock || begin == text.size()) return 0;
    const std::uint32_t* const out_end = ends.data() + (ends.size() - kBlock);
    std::size_t at = loop.walk(begin, out_end);
    while (!loop.stop && loop.out < out_end && at < text.size()) {
      const Places places = Processor::look(cutter.ascii_, text.data() + at);
      const auto ascii = static_cast<unsigned>(std::countr_zero(places.not_ascii));
      std::uint64_t cuts = places.cuts;
      if (ascii < kBlock) cuts &= (std::uint64_t{1} << ascii) - 1;
      for (; cuts != 0; cuts &= cuts - 1) {
        loop.cut_here(at + static_cast<std::size_t>(std::countr_zero(cuts)));
      }
      at += ascii;
      if (ascii < kBlock || text.size() - at < kBlock) {
        // The place before `at` is open, and the character before it is ASCII.
        at = loop.walk(at - 1, out_end);
      }
    }
    // Before the text's end the last cut is where to go on.
    if (!loop.stop && at >= text.size()) loop.cut_here(text.size());
    return static_cast<std::size_t>(loop.out - ends.data());
  }

  static std::size_t portable(const CharBpeCutter& cutter, std::string_view text,
                              std::uint32_t begin, std::span<std::uint32_t> ends) {
    return run<Portable>(cutter, text, begin, ends);
  }
#if defined(__x86_64__)
  CORPUSMILL_AVX2 static std::size_t avx2(const CharBpeCutter& cutter, std::string_view text,
                                          std::uint32_t begin, std::span<std::uint32_t> ends) {
    return run<Avx2>(cutter, text, begin, ends);
  }
  CORPUSMILL_VBMI static std::size_t vbmi(const CharBpeCutter& cutter, std::string_view text,
                                          std::uint32_t begin, std::span<std::uint32_t> ends) {
    return run<Avx512Vbmi>(cutter, text, begin, ends);
  }
#endif
};

namespace {

AsciiPairs ascii_pairs(const CharBpeCutter& cutter, const std::vector<std::string_view>& pieces) {
  AsciiPairs::Weights weights{};
  weights.fill(1);
  for (const std::string_view piece : pieces) {
    for (const char c : piece) {
      if (static_cast<std::uint8_t>(c) < AsciiPairs::kChars) ++weights[static_cast<std::size_t>(c)];
    }
  }
  AsciiPairs::Rows together{};
  for (std::uint32_t left = 0; left < AsciiPairs::kChars; ++left) {
    for (std::uint32_t right = 0; right < AsciiPairs::kChars; ++right) {
      if (!cutter.may_cut(left, right))
        together[left][right / 64] |= std::uint64_t{1} << right % 64;
    }
  }
  return AsciiPairs(together, weights);
}

}  // namespace

CharBpeCutter::CharBpeCutter(const CharBpeAlphabet& alphabet,
                             const std::vector<std::string_view>& pieces, bool cut_before_space,
                             Cut way)
    : alphabet_(alphabet), cuts_(pieces), cut_before_space_(cut_before_space), cut_(way) {
  ascii_ = ascii_pairs(*this, pieces);
}

std::span<const CharBpeCutter::Cut> CharBpeCutter::ways() {
  static const std::vector<Cut> all = [] {
    std::vector<Cut> found;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("bmi2") != 0) {
      if (__builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("avx512bw") != 0) {
        found.push_back(CutLoop::vbmi);
      }
      if (__builtin_cpu_supports("avx2") != 0) found.push_back(CutLoop::avx2);
    }
#endif
    found.push_back(CutLoop::portable);
    return found;
  }();
  return all;
}

std::size_t CharBpeCutter::cut(std::string_view text, std::uint32_t begin,
                               std::span<std::uint32_t> ends) const {
  return cut_(*this, text, begin, ends);
}

std::size_t CharBpeCutter::cut_wide(std::string_view text, std::uint32_t begin,
                                    std::span<std::uint32_t> ends) const {
  constexpr std::size_t kReadAhead = 4;
  const std::size_t last = text.size() - std::min(text.size(), kReadAhead);
  const auto decode = [&](std::size_t at) {
    return at <= last ? decode_utf8_ahead(text, at) : decode_utf8(text, at);
  };
  std::size_t count = 0;
  DecodedChar left = decode(begin);
  for (std::size_t at = begin + left.bytes; at < text.size();) {
    const DecodedChar right = decode(at);
    if (may_cut(left.code_point, right.code_point)) {
      ends[count++] = static_cast<std::uint32_t>(at);
      if (count == ends.size()) return count;
    }
    at += right.bytes;
    left = right;
  }
  ends[count++] = static_cast<std::uint32_t>(text.size());
  return count;
}

}  // namespace corpusmill
