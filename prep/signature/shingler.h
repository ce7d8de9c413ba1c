// A text as a sequence of shingles, by their 64-bit hashes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "prep/signature/shingle_rule.h"
#include "prep/signature/sketch_kernels.h"

namespace corpusmill {

// Takes hashes in runs, each valid until the thread shingles another text.
class ShingleSink {
 public:
  virtual ~ShingleSink() = default;
  virtual void take(std::span<const std::uint64_t> hashes) = 0;
};

// Const and thread-safe. Texts are valid UTF-8 of less than 4 GiB and may hold any code point.
//
// A text of fewer units than a shingle has is one shingle, the whole raw text: two such texts are
// alike only if they are equal. Equal shingles have equal hashes; two different ones share a hash
// with a probability of 2^-64 or so, and none of windows up to 8 bytes do that are equally long.
// Hashes are the same on every machine and in every release that reads the same index.
class Shingler {
 public:
  static constexpr std::size_t kRunMax = 2048;

  explicit Shingler(const ShingleRule& rule, const sketch::Kernels& kernels = sketch::kernels())
      : rule_(rule), kernels_(&kernels) {}

  const ShingleRule& rule() const { return rule_; }

  // In order of occurrence, repeats included; at least one. Replaces `hashes`.
  void shingle(std::string_view text, std::vector<std::uint64_t>& hashes) const;

  // The same in runs of at most kRunMax, however long the text: in constant memory.
  void shingle(std::string_view text, ShingleSink& sink) const;

 private:
  // Windows of code points or bytes, hashed as the spans of text that they are.
  bool shingle_windows(std::string_view text, ShingleSink& sink) const;
  // Windows of words or units: a polynomial of the units' hashes.
  bool shingle_units(std::string_view text, ShingleSink& sink) const;

  ShingleRule rule_;
  const sketch::Kernels* kernels_;
};

}  // namespace corpusmill
