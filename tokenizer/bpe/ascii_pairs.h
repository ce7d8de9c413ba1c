// Which pairs of ASCII characters something holds for, asked for 64 places of a text at once.
#pragma once

#include <array>
#include <cstdint>

namespace corpusmill {

// A set of pairs (left, right) of ASCII characters, exact and in a covering that vectors can ask:
// every left character belongs to one of eight groups, and a right character has a bit for each
// group that it may follow. The covering holds every pair of the set, and as few others as could be
// found.
class AsciiPairs {
 public:
  static constexpr std::size_t kChars = 128;
  using Row = std::array<std::uint64_t, 2>;  // bit `right`
  using Rows = std::array<Row, kChars>;      // by left
  using Weights = std::array<std::uint32_t, kChars>;

  // Nothing in the set.
  AsciiPairs() = default;
  // `weights`: how often a character is met, roughly, so that pairs that are met seldom are those
  // that the covering adds.
  AsciiPairs(const Rows& rows, const Weights& weights);

  bool has(std::uint8_t left, std::uint8_t right) const {
    return (rows_[left][right / 64] >> right % 64 & 1) != 0;
  }
  // One bit of eight at most; 0: no pair begins so.
  const std::uint8_t* groups_of_left() const { return left_.data(); }
  // Of a pair in the covering, left's bits and right's bits have one in common.
  const std::uint8_t* groups_of_right() const { return right_.data(); }

 private:
  Rows rows_{};
  alignas(64) std::array<std::uint8_t, kChars> left_{}, right_{};
};

}  // namespace corpusmill
