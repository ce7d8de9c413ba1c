#include "common/huge_array.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace corpusmill {
namespace {

// Of a huge page and less, and again where others have left their bytes behind.
TEST(HugeArrayTest, IsZeroedAndAligned) {
  constexpr std::size_t kHugePage = std::size_t{1} << 21;
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t bytes : {std::size_t{1}, std::size_t{1000}, kHugePage / 2 - 8,
                                    kHugePage / 2, kHugePage, 3 * kHugePage + 8}) {
      HugeArray<std::uint64_t> array((bytes + 7) / 8);
      ASSERT_EQ(array.size(), (bytes + 7) / 8);
      const std::size_t alignment = bytes >= kHugePage / 2 ? kHugePage : 64;
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(array.data()) % alignment, 0U);
      ASSERT_TRUE(std::all_of(array.begin(), array.end(), [](auto word) { return word == 0; }));
      std::fill(array.begin(), array.end(), ~std::uint64_t{0});
    }
  }
}

TEST(HugeArrayTest, IsMovedWhole) {
  HugeArray<int> array(100), other;
  array[99] = 7;
  other = std::move(array);
  ASSERT_EQ(other.size(), 100U);
  EXPECT_EQ(other[99], 7);
}

}  // namespace
}  // namespace corpusmill
