// From a text to the band keys by which near duplicates find each other.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "prep/signature/datatrove_signature.h"
#include "prep/signature/lsh_shape.h"
#include "prep/signature/minima.h"
#include "prep/signature/shingle_rule.h"
#include "prep/signature/shingler.h"

namespace corpusmill {

struct SketchOptions {
  ShingleRule rule;
  LshShape shape;
  // Signatures as datatrove's instead of ours, of five words whatever the rule (FineWeb's: in 14 x
  // 8); a text of fewer words is one shingle as ever. An order of magnitude slower.
  std::optional<DatatroveHash> datatrove = std::nullopt;
};

// Const and thread-safe; scratch is per thread. A function of the set of shingles alone, the same
// on every machine: keys may be stored and compared with those of later runs.
class Sketcher {
 public:
  explicit Sketcher(const SketchOptions& options,
                    const sketch::Kernels& kernels = sketch::kernels())
      : shingler_(options.rule, kernels),
        shape_(options.shape),
        minima_(options.shape.permutations(), kernels) {
    if (options.datatrove) {
      datatrove_.emplace(*options.datatrove, kDatatroveWords, shape_.permutations());
    }
  }

  unsigned bands() const { return shape_.bands; }

  // Our signature: shape.permutations() values, band by band. Two texts agree in a value with a
  // probability of their Jaccard similarity (prep/signature/minima.h).
  void sign(std::string_view text, std::span<std::uint32_t> signature) const;

  // One 56-bit key per band (the top byte is 0): a hash of the band's number and its values.
  void sketch(std::string_view text, std::span<std::uint64_t> band_keys) const;

  // datatrove's signature; for options.datatrove only.
  void sign_as_datatrove(std::string_view text, std::span<std::uint64_t> signature) const;

 private:
  static constexpr unsigned kDatatroveWords = 5;

  Shingler shingler_;
  LshShape shape_;
  MinimaFamily minima_;
  std::optional<DatatroveSigner> datatrove_;
};

}  // namespace corpusmill
