// What sketch_kernels.cc chooses from on x86. Not for others.
#pragma once

#include "prep/dedup/sketch_kernels.h"

namespace corpusmill::sketch {

#if defined(__x86_64__)
extern const Kernels kAvx2, kAvx512;
#endif

// Horner's scheme modulo 2^64, rolled on: what leaves the window is subtracted.
void roll_unit_windows(const std::uint64_t* units, std::size_t count, unsigned length,
                       std::uint64_t* out);

}  // namespace corpusmill::sketch
