// The texts that a tokenizer is trained on: a random part of all documents, within a byte budget.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace corpusmill {

// Documents are ordered by a keyed hash of their ordinal (0, 1, 2 … as they are added); the sample
// is the longest beginning of that order that fits the budget, but at least one document. So every
// document has the same chance, and the same documents give the same sample. Holds no more than the
// budget and one document. Not thread-safe.
class TokenizerSample {
 public:
  TokenizerSample(std::uint64_t bytes_max, std::uint64_t seed)
      : bytes_max_(bytes_max), seed_(seed) {}

  void add(std::string_view text);

  std::uint64_t documents() const { return kept_.size(); }
  std::uint64_t bytes() const { return bytes_; }

  // The sample in the order of addition; leaves this empty.
  std::vector<std::string> take();

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // hash, ordinal

  struct Kept {
    Key key;
    std::string text;
    bool operator<(const Kept& other) const { return key < other.key; }
  };

  std::uint64_t bytes_max_;
  std::uint64_t seed_;
  std::uint64_t ordinal_ = 0;
  std::uint64_t bytes_ = 0;
  Key limit_{~std::uint64_t{0}, ~std::uint64_t{0}};  // the smallest key that was given up
  std::vector<Kept> kept_;                           // a heap, the largest key on top
};

}  // namespace corpusmill
