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
// budget and one document; with kChoose no text at all, and then a second reading asks takes().
// Not thread-safe, but for const calls.
class TokenizerSample {
 public:
  enum class Texts : std::uint8_t { kKeep, kChoose };

  TokenizerSample(std::uint64_t bytes_max, std::uint64_t seed, Texts texts = Texts::kKeep)
      : bytes_max_(bytes_max), seed_(seed), texts_(texts) {}

  void add(std::string_view text);

  std::uint64_t documents() const { return kept_.size(); }
  std::uint64_t bytes() const { return bytes_; }

  // Whether the document of this ordinal is in the sample, of those added so far.
  bool takes(std::uint64_t ordinal) const { return key_of(ordinal) < limit_; }

  // The sample in the order of addition; leaves this empty. Of kKeep.
  std::vector<std::string> take();

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // hash, ordinal

  struct Kept {
    Key key;
    std::uint64_t bytes;
    std::string text;
    bool operator<(const Kept& other) const { return key < other.key; }
  };

  Key key_of(std::uint64_t ordinal) const;

  std::uint64_t bytes_max_;
  std::uint64_t seed_;
  Texts texts_;
  std::uint64_t ordinal_ = 0;
  std::uint64_t bytes_ = 0;
  Key limit_{~std::uint64_t{0}, ~std::uint64_t{0}};  // the smallest key that was given up
  std::vector<Kept> kept_;                           // a heap, the largest key on top
};

}  // namespace corpusmill
