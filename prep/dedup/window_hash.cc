#include "prep/dedup/window_hash.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kBase = 0x9FB21C651E98DF25U;  // odd

// Horner's scheme, rolled on: what leaves the window is subtracted.
template <typename Unit>
void roll(const Unit* units, std::size_t count, unsigned length, std::uint64_t* out) {
  std::uint64_t sum = 0, leaving = 1;
  for (unsigned i = 0; i < length; ++i) {
    sum = sum * kBase + units[i];
    leaving *= kBase;
  }
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = mix_bits(sum);
    if (i + 1 < count) sum = sum * kBase + (units[i + length] - units[i] * leaving);
  }
}

}  // namespace

void hash_windows(const std::uint32_t* units, std::size_t count, unsigned length,
                  std::uint64_t* out) {
  roll(units, count, length, out);
}

void hash_windows(const std::uint64_t* units, std::size_t count, unsigned length,
                  std::uint64_t* out) {
  roll(units, count, length, out);
}

}  // namespace corpusmill
