#include "tokenizer/bpe/long_row.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/reference/textbook_bpe.h"

namespace corpusmill {
namespace {

using Ids = std::vector<TokenId>;

// Merges of two letters and of what merges make; in order of making, or of any ranks, with ties.
std::vector<MergeTable::Merge> random_merges(std::mt19937& random, bool in_order) {
  std::vector<MergeTable::Merge> merges;
  const std::size_t count = 1 + random() % 30;
  for (TokenId id = 2; merges.size() < count; ++id) {
    const auto rank = static_cast<std::uint32_t>(in_order ? id : random() % 20);
    merges.push_back({static_cast<TokenId>(random() % id), static_cast<TokenId>(random() % id),
                      random() % 10 == 0 ? static_cast<TokenId>(random() % id) : id, rank});
  }
  return merges;
}

TEST(LongRowTest, WindowsMakeWhatTheWholeRowMakes) {
  std::mt19937 random(11);
  LongRow windows_of[] = {LongRow(8), LongRow(16), LongRow(64), LongRow(1000)};
  for (int round = 0; round < 1500; ++round) {
    const auto merges = random_merges(random, round % 2 == 0);
    const MergeTable table(merges);
    std::vector<reference::RankedMerge> ranked;
    for (const auto& merge : merges) {
      ranked.push_back({merge.left, merge.right, merge.result, merge.rank});
    }
    // Periodic for the most part: one end's influence goes far.
    const std::size_t period = 1 + random() % 5;
    const std::size_t noise = 2 + random() % 100;
    Ids row(random() % 400);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool fresh = i < period || random() % noise == 0;
      row[i] = fresh ? static_cast<TokenId>(random() % 2) : row[i - period];
    }
    const Ids expected = reference::apply_ranked_merges(row, ranked);
    for (LongRow& long_row : windows_of) {
      Ids ids = row;
      ids.resize(ids.empty() ? 0 : long_row.merge(table, ids));
      ASSERT_EQ(ids, expected) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace corpusmill
