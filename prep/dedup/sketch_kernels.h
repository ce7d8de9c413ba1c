// The inner loops of shingling and sketching, for each kind of processor. All give the same values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace corpusmill::sketch {

inline constexpr std::size_t kBlock = 64;  // bytes of text that one mask covers
// How far past the last entry offsets() may write.
inline constexpr std::size_t kSlack = 64;
inline constexpr std::size_t kLanes = 16;

// Bit i is about byte i of a block. Bytes past the end of the text are spaces.
struct BlockMasks {
  std::uint64_t spaces;    // ASCII white space
  std::uint64_t leads;     // first bytes of code points
  std::uint64_t han;       // leads of U+4E00..U+9FFF; but U+4xxx's second byte must be in the block
  std::uint64_t suspects;  // other leads that may begin white space or one of a unit script
};

// A permutation of the 32-bit numbers per bin, x -> multiplier * x + addend, and where its minimum
// goes. `count` is a multiple of kLanes; arrays are aligned to 64 bytes.
struct BinPermutations {
  const std::uint32_t* multipliers;  // odd
  const std::uint32_t* addends;
  std::uint32_t* minima;
  std::size_t count;
};

struct Kernels {
  // Of the first `count` <= kBlock bytes.
  BlockMasks (*classify)(const char* bytes, std::size_t count);
  // Writes base + i for every bit i of the mask, rising; returns how many they are.
  std::size_t (*offsets)(std::uint64_t mask, std::uint32_t base, std::uint32_t* out);
  // out[i] = hash_span of [bounds[i], bounds[i + length]) of the text that ends at `end`, for
  // i < count. Bounds rise.
  void (*hash_windows)(const char* text, const char* end, const std::uint32_t* bounds,
                       std::size_t count, unsigned length, std::uint64_t* out);
  // minima[j] = min over the lower halves of hashes, permuted, and what was there.
  void (*take_minima)(const std::uint64_t* hashes, std::size_t count, const BinPermutations& bins);
};

extern const Kernels kPortable;

// Those that this processor can run, the fastest first.
std::vector<const Kernels*> variants();
// The fastest.
const Kernels& kernels();

}  // namespace corpusmill::sketch
