#include "tokenizer/bpe/miss_meter.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace corpusmill {
namespace {

constexpr std::size_t kPiece = 100;

// Of `pieces` pieces of text how many leave the cache out, where every `share`-th is not known.
std::size_t left_out(MissMeter& meter, std::size_t pieces, std::size_t share) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < pieces; ++i) {
    if (meter.leaves_out()) {
      meter.left_out(kPiece);
      ++count;
      continue;
    }
    if (i % share == 0) meter.missed(kPiece);
    meter.looked_up(kPiece);
  }
  return count;
}

TEST(MissMeterTest, KeepsTheCacheWhereMostIsKnown) {
  MissMeter meter;
  EXPECT_EQ(left_out(meter, 100'000, 5), 0U);
}

TEST(MissMeterTest, LeavesItOutWhereNothingIsKnownButForSamples) {
  MissMeter meter;
  const std::size_t count = left_out(meter, 100'000, 1);
  EXPECT_GT(count, 90'000U);
  EXPECT_LT(count, 99'000U);
}

TEST(MissMeterTest, BeginsWithShortStretches) {
  MissMeter meter;
  EXPECT_LT(left_out(meter, 100, 1), 65U);
}

TEST(MissMeterTest, ComesBackToTheCache) {
  MissMeter meter;
  left_out(meter, 10'000, 1);
  left_out(meter, 10'000, 5);
  EXPECT_EQ(left_out(meter, 10'000, 5), 0U);
}

}  // namespace
}  // namespace corpusmill
