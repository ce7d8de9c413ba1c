#include "prep/dedup/exact_dedup.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "common/error.h"
#include "prep/dedup/fingerprint.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kPlenty = 1ULL << 30;

TEST(Fingerprint, IsXxh3OfTheBytesInCanonicalOrder) {
  // xxhsum -H2 of the empty input.
  const Digest empty = fingerprint_of("");
  EXPECT_EQ(empty.high, 0x99aa06d3014798d8U);
  EXPECT_EQ(empty.low, 0x6001c324468d497fU);
  EXPECT_NE(fingerprint_of("a"), fingerprint_of(std::string_view("a\0", 2)));
}

TEST(FingerprintSet, AgreesWithAMapOnRandomTexts) {
  std::mt19937_64 random(7);
  FingerprintSet set(kPlenty);
  std::map<std::string, std::pair<std::uint32_t, std::uint64_t>> reference;
  for (std::uint64_t i = 1; i <= 200'000; ++i) {
    const std::string text = std::to_string(random() % 60'000);
    const Origin origin{static_cast<std::uint32_t>(i % 5), i, 0};
    const auto [at, is_new] = reference.try_emplace(text, origin.file, origin.line);
    const auto first = set.find_or_insert(fingerprint_of(text), origin);
    ASSERT_EQ(first.has_value(), !is_new) << text;
    if (first) {
      EXPECT_EQ(first->file(), at->second.first);
      EXPECT_EQ(first->line(), at->second.second);
    }
  }
  EXPECT_EQ(set.size(), reference.size());
}

TEST(FingerprintSet, TakesExtremeFingerprintsAndEqualLowHalves) {
  FingerprintSet set(kPlenty);
  const std::uint64_t ends[] = {0, 1, ~0ULL, ~0ULL - 1};
  std::uint64_t line = 0;
  for (const std::uint64_t high : ends) {
    for (const std::uint64_t low : ends) {
      EXPECT_FALSE(set.find_or_insert({high, low}, {0, ++line, 0}));
    }
  }
  line = 0;
  for (const std::uint64_t high : ends) {
    for (const std::uint64_t low : ends) {
      const auto first = set.find_or_insert({high, low}, {9, 99, 0});
      ASSERT_TRUE(first);
      EXPECT_EQ(first->line(), ++line);
    }
  }
}

TEST(FingerprintSet, StaysUnderItsMemoryOrSaysSo) {
  const std::uint64_t bytes_max = 1 << 20;
  FingerprintSet set(bytes_max);
  std::uint64_t inserted = 0;
  try {
    while (true) {
      ++inserted;
      set.find_or_insert(fingerprint_of(std::to_string(inserted)), {0, inserted, 0});
      ASSERT_LE(set.bytes(), bytes_max);
      ASSERT_LT(inserted, 100'000U);
    }
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("--memory"), std::string::npos);
  }
  EXPECT_GT(inserted, bytes_max / 48);
}

TEST(FingerprintSet, NeedsFewBytesPerDocument) {
  FingerprintSet set(kPlenty);
  for (std::uint64_t i = 1; i <= 300'000; ++i) {
    set.find_or_insert(fingerprint_of(std::to_string(i)), {0, i, 0});
  }
  EXPECT_LT(set.bytes(), 42 * set.size());
}

TEST(LineId, HoldsTheLargestAndRefusesMore) {
  const LineId id = LineId::of({LineId::kFilesMax, LineId::kLinesMax, 5});
  EXPECT_EQ(id.file(), LineId::kFilesMax);
  EXPECT_EQ(id.line(), LineId::kLinesMax);
  EXPECT_THROW(LineId::of({LineId::kFilesMax + 1, 1, 0}), Error);
  EXPECT_THROW(LineId::of({0, LineId::kLinesMax + 1, 0}), Error);
}

}  // namespace
}  // namespace corpusmill
