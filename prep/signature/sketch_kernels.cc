#include "prep/signature/sketch_kernels.h"

#include <algorithm>
#include <array>
#include <bit>

#include "prep/signature/sketch_kernels_x86.h"
#include "prep/signature/span_hash.h"

namespace corpusmill::sketch {
namespace {

enum Class : std::uint8_t { kSpace = 1, kLead = 2, kHan = 4, kSuspect = 8 };

constexpr auto kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned found = byte < 0x80 || byte >= 0xC0 ? kLead : 0;
    if (byte == ' ' || (byte >= 0x09 && byte <= 0x0D)) found |= kSpace;
    if (byte >= 0xE5 && byte <= 0xE9) found |= kHan;
    if (byte == 0xC2 || (byte >= 0xE0 && byte <= 0xE4) || byte == 0xEF || byte == 0xF0) {
      found |= kSuspect;
    }
    classes[byte] = static_cast<std::uint8_t>(found);
  }
  return classes;
}();

BlockMasks classify(const char* bytes, std::size_t count) {
  const std::uint64_t behind = count < kBlock ? ~std::uint64_t{0} << count : 0;
  BlockMasks masks{behind, behind, 0, 0};
  for (std::size_t i = 0; i < count; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    unsigned found = kClasses[byte];
    if (byte == 0xE4 && i + 1 < count && static_cast<unsigned char>(bytes[i + 1]) >= 0xB8) {
      found = kLead | kHan;
    }
    masks.spaces |= std::uint64_t{(found & kSpace) != 0} << i;
    masks.leads |= std::uint64_t{(found & kLead) != 0} << i;
    masks.han |= std::uint64_t{(found & kHan) != 0} << i;
    masks.suspects |= std::uint64_t{(found & kSuspect) != 0} << i;
  }
  return masks;
}

void fill_empty(const std::uint64_t* hashes, std::size_t count, const Bins& bins) {
  for (std::size_t bin = 0; bin < bins.count; ++bin) {
    if (bins.signature[bin] != kEmpty) continue;
    const std::uint32_t multiplier = bins.multipliers[bin], addend = bins.addends[bin];
    std::uint32_t least = kEmpty;
    for (std::size_t i = 0; i < count; ++i) {
      least = std::min(least, multiplier * static_cast<std::uint32_t>(hashes[i]) + addend);
    }
    bins.signature[bin] = least;
  }
}

}  // namespace

std::size_t list_offsets(std::uint64_t mask, std::uint32_t base, std::uint32_t* out) {
  std::size_t count = 0;
  for (; mask != 0; mask &= mask - 1) {
    out[count++] = base + static_cast<std::uint32_t>(std::countr_zero(mask));
  }
  return count;
}

void hash_each(const char* text, const char* end, const std::uint32_t* begins,
               const std::uint32_t* ends, std::size_t count, std::uint64_t* out) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = hash_span(text + begins[i], ends[i] - begins[i], end);
  }
}

void roll_unit_windows(const std::uint64_t* units, std::size_t count, unsigned length,
                       std::uint64_t* out) {
  std::uint64_t sum = 0, leaving = 1;
  for (unsigned i = 0; i < length; ++i) {
    sum = sum * kBase + units[i];
    leaving *= kBase;
  }
  out[0] = mix_bits(sum);
  for (std::size_t i = 1; i < count; ++i) {
    sum = sum * kBase + (units[i - 1 + length] - units[i - 1] * leaving);
    out[i] = mix_bits(sum);
  }
}

void take_minima(const std::uint64_t* hashes, std::size_t count, std::uint32_t* signature,
                 std::size_t bins) {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t& least = signature[(hashes[i] >> 32) * bins >> 32];
    // Stored again where it is not less: cheaper than a branch that nobody can predict.
    least = std::min(least, static_cast<std::uint32_t>(hashes[i]));
  }
}

const Kernels kPortable = {classify,          list_offsets, hash_each,
                           roll_unit_windows, take_minima,  fill_empty};

std::vector<const Kernels*> variants() {
  std::vector<const Kernels*> found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("avx512vbmi2") != 0) {
    found.push_back(&kAvx512);
  }
  if (__builtin_cpu_supports("avx2") != 0) found.push_back(&kAvx2);
#endif
  found.push_back(&kPortable);
  return found;
}

const Kernels& kernels() {
  static const Kernels& fastest = *variants().front();
  return fastest;
}

}  // namespace corpusmill::sketch
