// The suffixes of a run of bytes in their order, by libdivsufsort.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

namespace corpusmill {

// False in a build without libdivsufsort.
bool has_suffix_arrays();

class SuffixArray {
 public:
  // Throws Error(kUsage) in a build without libdivsufsort. Takes bytes_for(bytes.size()).
  explicit SuffixArray(std::span<const std::uint8_t> bytes);

  // Four bytes per suffix below 2 GiB of text, eight from there on.
  static std::uint64_t bytes_for(std::uint64_t size);

  std::uint64_t size() const;
  // Where the suffix of that rank begins.
  std::uint64_t operator[](std::uint64_t rank) const;

 private:
  std::variant<std::vector<std::int32_t>, std::vector<std::int64_t>> positions_;
};

}  // namespace corpusmill
