#include "prep/exact/fingerprint_set.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace corpusmill {
namespace {

constexpr std::uint64_t kPlenty = 1ULL << 30;

Digest digest_of_number(std::uint64_t number) {
  return digest_of(std::to_string(number));
}

bool precedes(const Digest& a, const Digest& b) {
  return a.low != b.low ? a.low < b.low : a.high < b.high;
}

TEST(FingerprintSet, AgreesWithAMapOnRandomNumbers) {
  std::mt19937_64 random(7);
  FingerprintSet set(kPlenty);
  std::map<Digest, std::uint64_t> reference;
  for (std::uint64_t i = 1; i <= 300'000; ++i) {
    const Digest digest = digest_of_number(random() % 90'000);
    set.prefetch(digest);
    ASSERT_EQ(set.value_of(digest), reference.contains(digest) ? reference[digest] : 0);
    const auto [at, is_new] = reference.try_emplace(digest, i);
    const auto first = set.find_or_insert(digest, i);
    ASSERT_EQ(first.has_value(), !is_new);
    if (first) {
      ASSERT_EQ(*first, at->second);
    }
  }
  EXPECT_EQ(set.size(), reference.size());
  Digest last{0, 0};
  std::uint64_t drained = 0;
  set.drain([&](const Digest& digest, std::uint64_t value) {
    ASSERT_TRUE(drained == 0 || precedes(last, digest));
    ASSERT_EQ(reference.at(digest), value);
    last = digest;
    ++drained;
  });
  EXPECT_EQ(drained, reference.size());
  EXPECT_EQ(set.size(), 0u);
  EXPECT_EQ(set.bytes(), 0u);
  EXPECT_FALSE(set.find_or_insert(digest_of_number(1), 1));
}

TEST(FingerprintSet, AddsUp) {
  std::mt19937_64 random(9);
  FingerprintSet set(kPlenty);
  std::map<std::uint64_t, std::uint64_t> reference;
  for (int i = 0; i < 50'000; ++i) {
    const std::uint64_t number = random() % 3'000;
    const std::uint64_t amount = 1 + random() % 5;
    reference[number] += amount;
    set.add(digest_of_number(number), amount);
  }
  for (const auto& [number, sum] : reference) {
    ASSERT_EQ(set.value_of(digest_of_number(number)), sum);
  }
  set.add(digest_of_number(1), FingerprintSet::kValueMax);
  EXPECT_EQ(set.value_of(digest_of_number(1)), FingerprintSet::kValueMax);
  EXPECT_EQ(set.value_of(digest_of_number(5'000)), 0u);
}

TEST(FingerprintSet, TakesExtremesAndEqualHalves) {
  FingerprintSet set(kPlenty);
  const std::uint64_t ends[] = {0, 1, ~0ULL, ~0ULL - 1, 1ULL << 63, 255, 256};
  std::uint64_t value = 0;
  for (const std::uint64_t high : ends) {
    for (const std::uint64_t low : ends) EXPECT_FALSE(set.find_or_insert({high, low}, ++value));
  }
  value = 0;
  for (const std::uint64_t high : ends) {
    for (const std::uint64_t low : ends) {
      EXPECT_EQ(set.find_or_insert({high, low}, 1), ++value) << high << " " << low;
    }
  }
  EXPECT_FALSE(set.find_or_insert({77, 77}, FingerprintSet::kValueMax));
  EXPECT_EQ(set.find_or_insert({77, 77}, 1), FingerprintSet::kValueMax);
}

// Many that stand in one table and end behind its last place.
TEST(FingerprintSet, TakesManyOfOneNeighbourhood) {
  FingerprintSet set(kPlenty);
  for (std::uint64_t i = 1; i <= 300; ++i) EXPECT_FALSE(set.find_or_insert({i, ~0ULL}, i));
  for (std::uint64_t i = 1; i <= 300; ++i) EXPECT_EQ(set.value_of({i, ~0ULL}), i);
}

// A bucket compares one byte of each first: here it is the same in all.
TEST(FingerprintSet, TellsApartWhatSharesTheComparedByte) {
  FingerprintSet set(kPlenty);
  for (std::uint64_t i = 1; i <= 300; ++i) {
    EXPECT_FALSE(set.find_or_insert({i << 8 | 5, i << 40}, i));
    EXPECT_FALSE(set.find_or_insert({5, i << 40}, i + 1000));
  }
  for (std::uint64_t i = 1; i <= 300; ++i) {
    EXPECT_EQ(set.value_of({i << 8 | 5, i << 40}), i);
    EXPECT_EQ(set.value_of({5, i << 40}), i + 1000);
    EXPECT_EQ(set.value_of({6, i << 40}), 0u);
  }
}

TEST(FingerprintSet, IsFullBeforeItOutgrowsItsMemory) {
  for (const std::uint64_t bytes_max : {1ULL, 1ULL << 20, 8ULL << 20}) {
    FingerprintSet set(bytes_max);
    std::uint64_t inserted = 0;
    while (!set.full()) {
      ++inserted;
      set.find_or_insert(digest_of_number(inserted), inserted);
    }
    EXPECT_LE(set.bytes(), std::max<std::uint64_t>(bytes_max, 1500));
    EXPECT_GT(inserted + 1, bytes_max / 27);
  }
}

TEST(FingerprintSet, NeedsFewBytesPerDocument) {
  constexpr std::uint64_t kSlabBytes = 2 << 20;  // memory is taken in these
  FingerprintSet set(kPlenty);
  for (std::uint64_t i = 1; i <= 1'000'000; ++i) {
    set.find_or_insert(digest_of_number(i), i);
    if (i >= 200'000 && i % 1000 == 0) {
      ASSERT_LT(set.bytes(), 25 * set.size() + kSlabBytes) << i;
    }
  }
}

}  // namespace
}  // namespace corpusmill
