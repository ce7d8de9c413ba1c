// XXH3-128 with the widest vectors that this processor has: 47 GB/s with AVX-512, 34 with AVX2 and
// 21 with SSE2, from the cache. The header-only library chooses when it is compiled, so that it is
// compiled once for each: xxh3_*.cc. All give the same digests.
//
// For common/digest.cc; everything else uses Digest and Digester.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace corpusmill::xxh3 {

struct Hash {
  std::uint64_t high, low;
};

// `state` has kStateBytes, aligned to kStateAlignment.
struct Functions {
  Hash (*hash)(const void* bytes, std::size_t count);
  void (*reset)(void* state);
  void (*update)(void* state, const void* bytes, std::size_t count);
  Hash (*digest)(const void* state);
};
inline constexpr std::size_t kStateBytes = 576, kStateAlignment = 64;

extern const Functions kPortable;
#if defined(__x86_64__)
extern const Functions kAvx2, kAvx512;
#endif

// Those that this processor can run, the fastest first.
std::vector<const Functions*> variants();

}  // namespace corpusmill::xxh3
