#include "tokenizer/bpe/pair_ranks.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <utility>
#include <vector>

namespace corpusmill {
namespace {

using Entry = PairRanks::Entry;

void expect_exactly(const PairRanks& pairs, const std::vector<Entry>& entries,
                    std::mt19937& random) {
  std::map<std::pair<TokenId, TokenId>, PairRanks::Rank> ranks;
  for (const Entry& entry : entries) ranks[{entry.left, entry.right}] = entry.rank;
  for (const auto& [pair, rank] : ranks) ASSERT_EQ(pairs.find(pair.first, pair.second), rank);
  const auto rank_of = [&](TokenId left, TokenId right) {
    const auto found = ranks.find({left, right});
    return found == ranks.end() ? PairRanks::kNone : found->second;
  };
  for (int i = 0; i < 2000; ++i) {
    const Entry entry = entries.empty() ? Entry{0, 0, 0} : entries[random() % entries.size()];
    const auto other = static_cast<TokenId>(random() % (2 * PairRanks::kIdsMax));
    EXPECT_EQ(pairs.find(entry.left, other), rank_of(entry.left, other));
    EXPECT_EQ(pairs.find(other, entry.right), rank_of(other, entry.right));
    EXPECT_EQ(pairs.find(entry.right, entry.left), rank_of(entry.right, entry.left));
    // No id is another one for having bits in common.
    EXPECT_EQ(pairs.find(entry.left + PairRanks::kIdsMax, entry.right), PairRanks::kNone);
    EXPECT_EQ(pairs.find(entry.left, entry.right + PairRanks::kIdsMax), PairRanks::kNone);
    EXPECT_EQ(pairs.find(entry.left - 1, entry.right + PairRanks::kIdsMax), PairRanks::kNone);
  }
}

TEST(PairRanksTest, FindsWhatIsThereAndNothingElse) {
  std::mt19937 random(1);
  for (const std::size_t count : {0, 1, 2, 3, 7, 100, 1000, 52'000, 52'500, 300'000}) {
    for (const TokenId ids : {TokenId{40}, TokenId{3000}, PairRanks::kIdsMax}) {
      std::vector<Entry> entries(count);
      for (Entry& entry : entries) {
        entry = {static_cast<TokenId>(random() % ids), static_cast<TokenId>(random() % ids),
                 static_cast<PairRanks::Rank>(random() % PairRanks::kNone)};
      }
      expect_exactly(PairRanks(entries), entries, random);
    }
  }
}

TEST(PairRanksTest, FindsPairsInRegularOrder) {
  std::mt19937 random(2);
  std::vector<Entry> entries;
  for (TokenId left = 0; left < 300; ++left) {
    for (TokenId right = 0; right < 300; ++right) {
      entries.push_back({left * 1024, PairRanks::kIdsMax - 1 - right * 4, left});
    }
  }
  expect_exactly(PairRanks(entries), entries, random);
}

TEST(PairRanksTest, OfARepeatedPairTheLastEntryCounts) {
  std::vector<Entry> entries = {{1, 2, 10}, {0, 0, 0}, {1, 2, 11}, {2, 1, 12}, {1, 2, 9}};
  for (int i = 0; i < 1000; ++i) entries.push_back({7, 7, static_cast<PairRanks::Rank>(i)});
  const PairRanks pairs(entries);
  EXPECT_EQ(pairs.find(1, 2), 9U);
  EXPECT_EQ(pairs.find(2, 1), 12U);
  EXPECT_EQ(pairs.find(0, 0), 0U);
  EXPECT_EQ(pairs.find(7, 7), 999U);
}

}  // namespace
}  // namespace corpusmill
