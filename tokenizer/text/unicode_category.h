// The general category of every code point in Unicode 16.0, the version that the reference
// library's regular expressions follow (tokenizers 0.23.3; found by asking it for each category).
#pragma once

#include <cstdint>
#include <string_view>

namespace corpusmill {

enum class UnicodeCategory : std::uint8_t {
  kLu,
  kLl,
  kLt,
  kLm,
  kLo,
  kMn,
  kMc,
  kMe,
  kNd,
  kNl,
  kNo,
  kPc,
  kPd,
  kPs,
  kPe,
  kPi,
  kPf,
  kPo,
  kSm,
  kSc,
  kSk,
  kSo,
  kZs,
  kZl,
  kZp,
  kCc,
  kCf,
  kCo,
  kCn,
  kCs,
};
inline constexpr std::size_t kUnicodeCategories = 30;
inline constexpr std::uint32_t kCodePoints = 0x110000;

// One bit per category: a set of them.
using CategorySet = std::uint32_t;
constexpr CategorySet category_bit(UnicodeCategory category) {
  return CategorySet{1} << static_cast<unsigned>(category);
}
// The set that \p{name} means: "L", "Lu", …; 0 for a name that is not a general category's.
CategorySet category_set(std::string_view name);

// Reads off stretches of code points of one category, ascending and without gaps.
class UnicodeCategoryRuns {
 public:
  struct Run {
    std::uint32_t first, last;
    UnicodeCategory category;
  };

  // The next stretch; false after the one that ends at U+10FFFF. Neighbours may be of one category.
  bool next(Run& run);

 private:
  const char* at_ = nullptr;
  std::uint32_t first_ = 0;
  std::uint32_t alternating_ = 0;  // code points left of a stretch that alternates Lu, Ll
};

}  // namespace corpusmill
