// MinHash signatures bit for bit as datatrove makes them (src/datatrove/pipeline/dedup/minhash.py
// with its default precision of 64 bits), for corpora that were signed by it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace corpusmill {

enum class DatatroveHash : std::uint8_t {
  kXxh64,  // its default
  kSha1,   // the first 8 bytes of SHA-1: FineWeb's
};

// Const and thread-safe.
//
// Value i is the minimum over shingles x of ((a[i] * x + b[i]) mod 2^64) mod (2^61 - 1); a and b
// are drawn by numpy's RandomState(1).randint as datatrove draws them. A shingle is `length` words
// of the simplified text (prep/signature/datatrove_text.h) with spaces between them. Words are what
// white space delimits: datatrove's are those of a tokenizer per language (spaCy, jieba, ...),
// which for English cuts contractions and a few abbreviations besides, so that texts with those
// differ.
class DatatroveSigner {
 public:
  DatatroveSigner(DatatroveHash hash, unsigned length, std::size_t permutations);

  std::size_t permutations() const { return multipliers_.size(); }

  // The hashes of the shingles, repeats included; none if the text has fewer words than a shingle.
  void shingle(std::string_view text, std::vector<std::uint64_t>& hashes) const;

  // One value per permutation; `hashes` is not empty.
  void sign(std::span<const std::uint64_t> hashes, std::span<std::uint64_t> signature) const;

  std::span<const std::uint64_t> multipliers() const { return multipliers_; }
  std::span<const std::uint64_t> addends() const { return addends_; }

 private:
  DatatroveHash hash_;
  unsigned length_;
  std::vector<std::uint64_t> multipliers_, addends_;
};

}  // namespace corpusmill
