// Finds where in a text one of a set of strings may start, fast where that is rare: by the first
// three bytes, 32 positions at once, after the Teddy algorithm of Hyperscan.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace corpusmill {

class PrefixScanner {
 public:
  // `strings` are not empty. `simd` false: the portable way, which finds other positions too.
  explicit PrefixScanner(std::span<const std::string_view> strings, bool simd = true);

  // The first position from `at` on where one of the strings may start; text.size() if there is
  // none. Every position where one does start is found.
  std::size_t next(std::string_view text, std::size_t at) const;

 private:
  static constexpr std::size_t kPrefixBytes = 3;

  void add_prefix(std::string_view string, std::uint8_t bucket);
  std::size_t next_by_first_byte(std::string_view text, std::size_t at) const;
  std::size_t next_by_pairs(std::string_view text, std::size_t at, std::size_t end) const;
  std::size_t skip_blocks(std::string_view text, std::size_t at) const;

  // Which buckets have a string with such a half byte at that place: [place][low or high][half].
  std::array<std::array<std::array<std::uint8_t, 16>, 2>, kPrefixBytes> buckets_{};
  std::vector<bool> pairs_;  // by first byte << 8 | second byte
  std::array<bool, 256> first_{};
  std::optional<std::uint8_t> sole_first_;  // which all strings begin with
  bool simd_;
};

}  // namespace corpusmill
