#include "prep/dedup/minima.h"

#include <algorithm>

#include "prep/dedup/span_hash.h"

namespace corpusmill {
namespace {

// The permutations of the empty bins, packed.
struct alignas(64) Lanes {
  std::uint32_t of[sketch::kLanes];
};
struct Packed {
  std::vector<Lanes> multipliers, addends, minima;
  std::vector<std::uint32_t> bins;
};

}  // namespace

MinimaFamily::MinimaFamily(std::size_t bins, const sketch::Kernels& kernels) : kernels_(&kernels) {
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const std::uint64_t bits = mix_bits((bin + 1) * 0x9E3779B97F4A7C15U);
    multipliers_.push_back(static_cast<std::uint32_t>(bits >> 32) | 1);
    addends_.push_back(static_cast<std::uint32_t>(bits));
  }
}

void MinimaFamily::add(std::span<const std::uint64_t> shingles,
                       std::span<std::uint32_t> signature) const {
  const std::uint64_t bins = signature.size();
  std::uint32_t* const minima = signature.data();
  for (const std::uint64_t hash : shingles) {
    std::uint32_t& least = minima[(hash >> 32) * bins >> 32];
    // Stored again where it is not less: cheaper than a branch that nobody can predict.
    least = std::min(least, static_cast<std::uint32_t>(hash));
  }
}

bool MinimaFamily::has_empty(std::span<const std::uint32_t> signature) {
  return std::find(signature.begin(), signature.end(), kEmpty) != signature.end();
}

void MinimaFamily::fill(std::span<const std::uint64_t> shingles,
                        std::span<std::uint32_t> signature) const {
  thread_local Packed packed;
  packed.bins.clear();
  for (std::uint32_t bin = 0; bin < signature.size(); ++bin) {
    if (signature[bin] == kEmpty) packed.bins.push_back(bin);
  }
  if (packed.bins.empty()) return;
  const std::size_t groups = (packed.bins.size() + sketch::kLanes - 1) / sketch::kLanes;
  for (auto* const lanes : {&packed.multipliers, &packed.addends, &packed.minima}) {
    if (lanes->size() < groups) lanes->resize(groups);
  }
  std::uint32_t* const multipliers = packed.multipliers.data()->of;
  std::uint32_t* const addends = packed.addends.data()->of;
  std::uint32_t* const minima = packed.minima.data()->of;
  for (std::size_t i = 0; i < packed.bins.size(); ++i) {
    multipliers[i] = multipliers_[packed.bins[i]];
    addends[i] = addends_[packed.bins[i]];
  }
  std::fill_n(minima, groups * sketch::kLanes, kEmpty);
  kernels_->take_minima(shingles.data(), shingles.size(),
                        {multipliers, addends, minima, groups * sketch::kLanes});
  for (std::size_t i = 0; i < packed.bins.size(); ++i) signature[packed.bins[i]] = minima[i];
}

}  // namespace corpusmill
