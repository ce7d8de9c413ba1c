// From a text to the band keys by which near duplicates find each other.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "prep/dedup/lsh_shape.h"
#include "prep/dedup/minima.h"
#include "prep/dedup/shingle_rule.h"
#include "prep/dedup/shingler.h"

namespace corpusmill {

struct SketchOptions {
  ShingleRule rule;
  LshShape shape;
};

// Const and thread-safe; scratch is per thread. A function of the set of shingles alone, the same
// on every machine: keys may be stored and compared with those of later runs.
class Sketcher {
 public:
  explicit Sketcher(const SketchOptions& options,
                    const sketch::Kernels& kernels = sketch::kernels())
      : shingler_(options.rule, kernels),
        shape_(options.shape),
        minima_(options.shape.permutations(), kernels) {}

  unsigned bands() const { return shape_.bands; }

  // The signature: shape.permutations() values, band by band. Two texts agree in a value with a
  // probability of their Jaccard similarity (prep/dedup/minima.h).
  void sign(std::string_view text, std::span<std::uint32_t> signature) const;

  // One 56-bit key per band (the top byte is 0): a hash of the band's number and its values.
  void sketch(std::string_view text, std::span<std::uint64_t> band_keys) const;

 private:
  Shingler shingler_;
  LshShape shape_;
  MinimaFamily minima_;
};

}  // namespace corpusmill
