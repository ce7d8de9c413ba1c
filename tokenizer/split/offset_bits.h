// Offsets as bits, for those who look for many of them at once: bit i % 64 of word i / 64 is set
// for each offset i. They are added in ascending order.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace corpusmill {

class OffsetBits {
 public:
  bool empty() const { return end_ == 0; }
  // Not empty.
  std::uint32_t back() const {
    std::size_t word = end_ / 64;
    while (words_[word] == 0) --word;
    return static_cast<std::uint32_t>(word * 64 + std::bit_width(words_[word]) - 1);
  }
  bool has(std::uint32_t offset) const { return (words_[offset / 64] >> offset % 64 & 1) != 0; }
  // The least above `offset`; there is one.
  std::uint32_t next(std::uint32_t offset) const {
    std::size_t word = offset / 64;
    std::uint64_t bits = words_[word] & ~std::uint64_t{1} << offset % 64;
    while (bits == 0) bits = words_[++word];
    return static_cast<std::uint32_t>(word * 64 + static_cast<unsigned>(std::countr_zero(bits)));
  }
  // Readable for two words more than the last offset needs.
  const std::uint64_t* words() const { return words_.data(); }

  void clear() {
    std::fill_n(words_.begin(), known_words_, 0);
    known_words_ = end_ = 0;
  }
  void push_back(std::uint32_t offset) { add(offset, 1); }
  // Adds first + i for every bit i of `bits`. Nothing above `first` was added before.
  void add(std::uint32_t first, std::uint64_t bits) {
    const std::size_t word = first / 64, shift = first % 64;
    if (word + 2 >= known_words_) grow(word + 2);
    words_[word] |= bits << shift;
    words_[word + 1] |= bits >> 1 >> (63 - shift);
    end_ = std::size_t{first} + 63;
  }
  // There is one; what is added next may be above the new last one, or the same as the old.
  void pop_back() {
    const std::uint32_t last = back();
    words_[last / 64] ^= std::uint64_t{1} << last % 64;
  }

 private:
  void grow(std::size_t last_word) {
    known_words_ = last_word + 1;
    if (known_words_ > words_.size()) words_.resize(std::max(known_words_, words_.size() * 2 + 64));
  }

  std::vector<std::uint64_t> words_;  // zeros behind the last offset
  std::size_t known_words_ = 0;       // words behind are all zeros
  std::size_t end_ = 0;               // offsets are not above; 0: there is none
};

}  // namespace corpusmill
