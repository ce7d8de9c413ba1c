// The inner loops of shingling and sketching, for each kind of processor. All give the same values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace corpusmill::sketch {

inline constexpr std::size_t kBlock = 64;  // bytes of text that one mask covers
// How far past the last entry offsets() may write.
inline constexpr std::size_t kSlack = 64;

// Bit i is about byte i of a block. Bytes past the end of the text are spaces.
struct BlockMasks {
  std::uint64_t spaces;    // ASCII white space
  std::uint64_t leads;     // first bytes of code points
  std::uint64_t han;       // leads of U+4E00..U+9FFF; but U+4xxx's second byte must be in the block
  std::uint64_t suspects;  // other leads that may begin white space or one of a unit script
};

// A signature and a permutation of the 32-bit numbers for each of its bins, x -> multiplier * x +
// addend. kEmpty marks a bin that has no value yet.
inline constexpr std::uint32_t kEmpty = ~std::uint32_t{0};
struct Bins {
  const std::uint32_t* multipliers;  // odd
  const std::uint32_t* addends;
  std::uint32_t* signature;
  std::size_t count;  // at most kBinsMax
};
inline constexpr std::size_t kBinsMax = 4096;

struct Kernels {
  // Of the first `count` <= kBlock bytes.
  BlockMasks (*classify)(const char* bytes, std::size_t count);
  // Writes base + i for every bit i of the mask, rising; returns how many they are.
  std::size_t (*offsets)(std::uint64_t mask, std::uint32_t base, std::uint32_t* out);
  // out[i] = hash_span of [begins[i], ends[i]) of the text that ends at `end`. Begins rise.
  void (*hash_spans)(const char* text, const char* end, const std::uint32_t* begins,
                     const std::uint32_t* ends, std::size_t count, std::uint64_t* out);
  // out[i] = mix_bits(sum of units[i + k] * kBase^(length - 1 - k)), for i < count, count > 0.
  void (*hash_unit_windows)(const std::uint64_t* units, std::size_t count, unsigned length,
                            std::uint64_t* out);
  // signature[bin] = min(signature[bin], value) for every hash; its bin is the upper half scaled to
  // `bins` bins, its value the lower half.
  void (*take_minima)(const std::uint64_t* hashes, std::size_t count, std::uint32_t* signature,
                      std::size_t bins);
  // The empty bins take the minimum over the lower halves of hashes, permuted.
  void (*fill_empty)(const std::uint64_t* hashes, std::size_t count, const Bins& bins);
};

inline constexpr std::uint64_t kBase = 0x9FB21C651E98DF25U;  // odd

extern const Kernels kPortable;

// Those that this processor can run, the fastest first.
std::vector<const Kernels*> variants();
// The fastest.
const Kernels& kernels();

}  // namespace corpusmill::sketch
