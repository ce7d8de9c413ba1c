#include "prep/signature/shingle_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace corpusmill {
namespace {

TEST(ShingleSet, SortsAndRemovesRepeats) {
  std::mt19937_64 random(3);
  for (const std::size_t size : {1u, 2u, 10u, 100u, 1000u, 20000u}) {
    for (const std::uint64_t values :
         {std::uint64_t{1}, std::uint64_t{5}, std::uint64_t{1000}, ~std::uint64_t{0}}) {
      std::vector<std::uint64_t> hashes(size);
      for (std::uint64_t& hash : hashes) hash = random() % values;
      std::vector<std::uint64_t> expected = hashes;
      std::sort(expected.begin(), expected.end());
      expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
      make_shingle_set(hashes);
      ASSERT_EQ(hashes, expected);
    }
  }
}

// |A|, |B| and |A and B| as asked.
std::pair<ShingleSet, ShingleSet> make_pair_of(std::mt19937_64& random, std::size_t only_a,
                                               std::size_t only_b, std::size_t common) {
  ShingleSet all(only_a + only_b + common);
  for (std::uint64_t& hash : all) hash = random();
  ShingleSet a(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(only_a + common));
  ShingleSet b(all.begin() + static_cast<std::ptrdiff_t>(only_a), all.end());
  make_shingle_set(a);
  make_shingle_set(b);
  return {a, b};
}

TEST(ShingleSet, SimilarityIsTheQuotientAndStopsEarlyRightly) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 20'000; ++round) {
    const std::size_t common = random() % 200, only_a = random() % 60, only_b = random() % 60;
    if (common + only_a == 0 || common + only_b == 0) continue;
    const auto [a, b] = make_pair_of(random, only_a, only_b, common);
    const double jaccard =
        static_cast<double>(common) / static_cast<double>(common + only_a + only_b);
    const double containment =
        static_cast<double>(common) / static_cast<double>(common + std::min(only_a, only_b));
    ASSERT_EQ(similarity(a, b, SimilarityKind::kJaccard), jaccard);
    ASSERT_EQ(similarity(a, b, SimilarityKind::kContainment), containment);
    for (const double at_least : {0.0, 0.1, 0.5, 0.7, 0.75, 0.8, 0.95, 1.0, jaccard, containment}) {
      for (const auto& [kind, exact] : {std::pair(SimilarityKind::kJaccard, jaccard),
                                        std::pair(SimilarityKind::kContainment, containment)}) {
        const auto found = similarity(a, b, kind, at_least);
        ASSERT_EQ(found.has_value(), exact >= at_least)
            << only_a << " " << common << " " << only_b << " at " << at_least;
        if (found) {
          ASSERT_EQ(*found, exact);
        }
        ASSERT_EQ(similarity(b, a, kind, at_least), found);
      }
    }
  }
}

// A threshold as people write it: 4 of 5 is 0.8 and more is asked of nobody.
TEST(ShingleSet, TheThresholdItselfIsEnough) {
  const ShingleSet a = {1, 2, 3, 4}, b = {1, 2, 3, 4, 5};
  EXPECT_TRUE(similarity(a, b, SimilarityKind::kJaccard, 0.8));
  EXPECT_FALSE(similarity(a, b, SimilarityKind::kJaccard, 0.8000001));
  EXPECT_EQ(similarity(a, b, SimilarityKind::kContainment, 1), 1.0);
  EXPECT_FALSE(similarity(ShingleSet{1}, ShingleSet{2}, SimilarityKind::kJaccard, 0.01));
}

}  // namespace
}  // namespace corpusmill
