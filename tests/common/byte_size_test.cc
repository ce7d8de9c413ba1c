#include "common/byte_size.h"

#include <gtest/gtest.h>

namespace corpusmill {
namespace {

TEST(ByteSize, UnitsOfBothKinds) {
  EXPECT_EQ(parse_byte_size("1000"), 1000u);
  EXPECT_EQ(parse_byte_size("0"), 0u);
  EXPECT_EQ(parse_byte_size("64MiB"), 64u << 20);
  EXPECT_EQ(parse_byte_size("64 mib"), 64u << 20);
  EXPECT_EQ(parse_byte_size("4G"), 4ULL << 30);
  EXPECT_EQ(parse_byte_size("1.5GB"), 1'500'000'000u);
  EXPECT_EQ(parse_byte_size("0.5K"), 512u);
  EXPECT_EQ(parse_byte_size("18446744073709551615"), UINT64_MAX);
}

TEST(ByteSize, RefusesWhatIsNoSize) {
  for (const char* text : {"", "MiB", "-1", "+1", "1X", "1..5K", "1 ", "1e3", "0x10", "1 000",
                           "18446744073709551616", "17179869184G", "99999999999999999999T"}) {
    EXPECT_EQ(parse_byte_size(text), std::nullopt) << text;
  }
}

TEST(ByteSize, FormatsReadBack) {
  for (const std::uint64_t bytes :
       {0ULL, 1ULL, 1000ULL, 1024ULL, 64ULL << 20, 3ULL << 40, (4ULL << 30) + 1}) {
    EXPECT_EQ(parse_byte_size(format_byte_size(bytes)), bytes);
  }
  EXPECT_EQ(format_byte_size(4ULL << 30), "4GiB");
  EXPECT_EQ(format_byte_size(0), "0");
}

}  // namespace
}  // namespace corpusmill
