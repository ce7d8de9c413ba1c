// What sketch_kernels.cc chooses from on x86. Not for others.
#pragma once

#include "prep/signature/sketch_kernels.h"

namespace corpusmill::sketch {

#if defined(__x86_64__)
extern const Kernels kAvx2, kAvx512;
#endif

// The portable ones, for where vectors are no gain.
std::size_t list_offsets(std::uint64_t mask, std::uint32_t base, std::uint32_t* out);
void hash_each(const char* text, const char* end, const std::uint32_t* begins,
               const std::uint32_t* ends, std::size_t count, std::uint64_t* out);
// Horner's scheme modulo 2^64, rolled on: what leaves the window is subtracted.
void roll_unit_windows(const std::uint64_t* units, std::size_t count, unsigned length,
                       std::uint64_t* out);
void take_minima(const std::uint64_t* hashes, std::size_t count, std::uint32_t* signature,
                 std::size_t bins);

}  // namespace corpusmill::sketch
