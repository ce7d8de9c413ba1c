// What sketch_kernels.cc chooses from on x86. Not for others.
#pragma once

#include "prep/dedup/sketch_kernels.h"

namespace corpusmill::sketch {

#if defined(__x86_64__)
extern const Kernels kAvx2, kAvx512;
#endif

// The portable one, which the others fall back to.
void hash_windows(const char* text, const char* end, const std::uint32_t* bounds, std::size_t count,
                  unsigned length, std::uint64_t* out);

}  // namespace corpusmill::sketch
