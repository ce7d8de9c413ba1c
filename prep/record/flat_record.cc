#include "prep/record/flat_record.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "prep/text/json_escapes.h"

namespace corpusmill {
namespace {

static_assert(std::endian::native == std::endian::little);

#if defined(__x86_64__)

// What stands where in 64 bytes; bit i is byte i.
struct ByteClasses {
  std::uint64_t quotes = 0, backslashes = 0, controls = 0;
  std::uint64_t escape_letters = 0;  // " \\ / b f n r t
};

#define CORPUSMILL_AVX2 __attribute__((target("avx2,bmi")))
#define CORPUSMILL_AVX512 __attribute__((target("avx512bw,bmi")))

CORPUSMILL_AVX2 inline std::uint64_t mask_of(__m256i bytes) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
}

// A byte is an escape letter if the bits that its two hexadecimal digits stand for have one in
// common: 1 for 2x, 2 for 5x, 4 for 6x, 8 for 7x. Bytes that are not ASCII look up 0.
CORPUSMILL_AVX2 inline __m128i low_digit_bits() {
  return _mm_setr_epi8(0, 0, 1 | 4 | 8, 0, 8, 0, 4, 0, 0, 0, 0, 0, 2, 0, 4, 1);
}
CORPUSMILL_AVX2 inline __m128i high_digit_bits() {
  return _mm_setr_epi8(0, 0, 1, 0, 0, 2, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0);
}

CORPUSMILL_AVX2 inline ByteClasses classify_32(const char* at) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
  const __m256i common =
      _mm256_and_si256(_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(low_digit_bits()), bytes),
                       _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(high_digit_bits()), high));
  const __m256i last_control = _mm256_set1_epi8(0x1F);
  return {mask_of(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'))),
          mask_of(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'))),
          mask_of(_mm256_cmpeq_epi8(_mm256_max_epu8(bytes, last_control), last_control)),
          mask_of(_mm256_cmpgt_epi8(common, _mm256_setzero_si256()))};
}

struct Avx2 {
  CORPUSMILL_AVX2 static ByteClasses classify_64(const char* at) {
    const ByteClasses low = classify_32(at);
    const ByteClasses high = classify_32(at + 32);
    return {low.quotes | high.quotes << 32, low.backslashes | high.backslashes << 32,
            low.controls | high.controls << 32, low.escape_letters | high.escape_letters << 32};
  }
};

struct Avx512 {
  CORPUSMILL_AVX512 static ByteClasses classify_64(const char* at) {
    // GCC 12 warns of the unmasked form.
    constexpr __mmask16 kAllLanes = 0xFFFF;
    const __m512i bytes = _mm512_loadu_si512(at);
    const __m512i high = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi8(0x0F));
    return {
        _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')),
        _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\')),
        _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20)),
        _mm512_test_epi8_mask(
            _mm512_shuffle_epi8(_mm512_maskz_broadcast_i32x4(kAllLanes, low_digit_bits()), bytes),
            _mm512_shuffle_epi8(_mm512_maskz_broadcast_i32x4(kAllLanes, high_digit_bits()), high))};
  }
};

// The quote that ends the string whose inside starts at `at`; nullptr if there is none before `end`
// or the inside has a control character or an escape of more than two bytes.
template <class Simd>
[[gnu::always_inline]] inline const char* find_string_end(const char* at, const char* end,
                                                          bool& has_escapes) {
  std::uint64_t carry = 0, seen = 0;
  for (; at < end; at += 64) {
    const ByteClasses classes = Simd::classify_64(at);
    const std::uint64_t escaped = escaped_bytes(classes.backslashes, carry);
    const std::uint64_t ends = classes.quotes & ~escaped;
    const std::uint64_t inside = ends == 0 ? ~std::uint64_t{0} : (ends & (~ends + 1)) - 1;
    const std::uint64_t bad = classes.controls | (escaped & ~classes.escape_letters);
    if ((bad & inside) != 0) return nullptr;
    seen |= classes.backslashes & inside;
    if (ends == 0) continue;
    has_escapes = seen != 0;
    const char* const found = at + std::countr_zero(ends);
    return found < end ? found : nullptr;
  }
  return nullptr;
}

using FindStringEnd = const char*(const char*, const char*, bool&);

CORPUSMILL_AVX2 const char* find_string_end_avx2(const char* at, const char* end,
                                                 bool& has_escapes) {
  return find_string_end<Avx2>(at, end, has_escapes);
}
CORPUSMILL_AVX512 const char* find_string_end_avx512(const char* at, const char* end,
                                                     bool& has_escapes) {
  return find_string_end<Avx512>(at, end, has_escapes);
}

// Null where the processor has neither: then all lines are simdjson's.
FindStringEnd* choose_find_string_end() {
  if (__builtin_cpu_supports("bmi") == 0) return nullptr;
  if (__builtin_cpu_supports("avx512bw") != 0) return find_string_end_avx512;
  return __builtin_cpu_supports("avx2") != 0 ? find_string_end_avx2 : nullptr;
}

#else

using FindStringEnd = const char*(const char*, const char*, bool&);
FindStringEnd* choose_find_string_end() {
  return nullptr;
}

#endif

FindStringEnd* const kFindStringEnd = choose_find_string_end();

// The lowest bit set is the top one of the first byte that is a quote, a backslash or a control
// character; those above it mean nothing.
std::uint64_t key_stops(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101, kTops = 0x80 * kOnes;
  const auto zero_bytes = [](std::uint64_t word) { return (word - kOnes) & ~word & kTops; };
  const std::uint64_t controls = (bytes - 0x20 * kOnes) & ~bytes & kTops;
  return zero_bytes(bytes ^ '"' * kOnes) | zero_bytes(bytes ^ '\\' * kOnes) | controls;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Scanner {
 public:
  explicit Scanner(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}

  void skip_white_space() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
  }
  bool at_end() const { return at_ == end_; }
  char peek() const { return at_ < end_ ? *at_ : '\0'; }

  bool take(char wanted) {
    if (at_ >= end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }

  bool take_string(RawString& string) {
    if (!take('"')) return false;
    const char* const begin = at_;
    const char* const stop = kFindStringEnd(begin, end_, string.has_escapes);
    if (stop == nullptr) return false;
    string.bytes = {begin, static_cast<std::size_t>(stop - begin)};
    at_ = stop + 1;
    return true;
  }

  // A string without escapes; most keys are short enough for one look at eight bytes.
  bool take_key(std::string_view& key) {
    if (!take('"')) return false;
    std::uint64_t bytes;
    std::memcpy(&bytes, at_, sizeof bytes);
    const std::uint64_t stops = key_stops(bytes);
    if (stops == 0) {
      RawString string;
      --at_;
      const bool taken = take_string(string) && !string.has_escapes;
      key = string.bytes;
      return taken;
    }
    const auto length = static_cast<std::size_t>(std::countr_zero(stops) / 8);
    if (at_[length] != '"' || at_ + length >= end_) return false;
    key = {at_, length};
    at_ += length + 1;
    return true;
  }

  // A number, true, false or null.
  bool take_scalar() {
    switch (peek()) {
      case 't':
        return take_word("true");
      case 'f':
        return take_word("false");
      case 'n':
        return take_word("null");
      default:
        return take_number();
    }
  }

 private:
  bool take_word(std::string_view word) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) {
      return false;
    }
    at_ += word.size();
    return true;
  }

  bool take_digits() {
    const char* const begin = at_;
    while (at_ < end_ && is_digit(*at_)) ++at_;
    return at_ > begin;
  }

  bool take_number() {
    take('-');
    if (!take('0') && !take_digits()) return false;
    if (take('.') && !take_digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('-')) take('+');
    return take_digits();
  }

  const char* at_;
  const char* const end_;
};

}  // namespace

bool scan_flat_record(std::string_view line, const std::vector<std::string>& names,
                      std::string_view source_field, std::vector<RawString>& values,
                      RawString& source) {
  if (kFindStringEnd == nullptr) return false;
  values.assign(names.size(), {});
  source = {};
  std::size_t found = 0;
  Scanner scanner(line);
  scanner.skip_white_space();
  if (!scanner.take('{')) return false;
  do {
    std::string_view key;
    RawString value;
    scanner.skip_white_space();
    if (!scanner.take_key(key)) return false;
    scanner.skip_white_space();
    if (!scanner.take(':')) return false;
    scanner.skip_white_space();
    const bool is_string = scanner.peek() == '"';
    if (is_string ? !scanner.take_string(value) : !scanner.take_scalar()) return false;
    if (is_string && !source_field.empty() && key == source_field) source = value;
    const auto name = std::find(names.begin(), names.end(), key);
    if (name != names.end()) {
      RawString& wanted = values[static_cast<std::size_t>(name - names.begin())];
      if (!is_string || wanted.bytes.data() != nullptr) return false;
      wanted = value;
      ++found;
    }
    scanner.skip_white_space();
  } while (scanner.take(','));
  if (!scanner.take('}')) return false;
  scanner.skip_white_space();
  return scanner.at_end() && found == names.size();
}

}  // namespace corpusmill
