#include "prep/signature/minima.h"

#include <algorithm>

#include "prep/signature/span_hash.h"

namespace corpusmill {
MinimaFamily::MinimaFamily(std::size_t bins, const sketch::Kernels& kernels) : kernels_(&kernels) {
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const std::uint64_t bits = mix_bits((bin + 1) * 0x9E3779B97F4A7C15U);
    multipliers_.push_back(static_cast<std::uint32_t>(bits >> 32) | 1);
    addends_.push_back(static_cast<std::uint32_t>(bits));
  }
}

void MinimaFamily::add(std::span<const std::uint64_t> shingles,
                       std::span<std::uint32_t> signature) const {
  kernels_->take_minima(shingles.data(), shingles.size(), signature.data(), signature.size());
}

bool MinimaFamily::has_empty(std::span<const std::uint32_t> signature) {
  return std::find(signature.begin(), signature.end(), kEmpty) != signature.end();
}

void MinimaFamily::fill(std::span<const std::uint64_t> shingles,
                        std::span<std::uint32_t> signature) const {
  kernels_->fill_empty(shingles.data(), shingles.size(),
                       {multipliers_.data(), addends_.data(), signature.data(), signature.size()});
}

}  // namespace corpusmill
