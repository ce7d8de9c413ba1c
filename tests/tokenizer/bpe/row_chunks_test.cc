#include "tokenizer/bpe/row_chunks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <span>
#include <vector>

#include "tests/reference/textbook_bpe.h"

namespace corpusmill {
namespace {

using Ids = std::vector<TokenId>;

// Merges of `letters` letters and of what merges make; in order of making, or of any ranks.
std::vector<MergeTable::Merge> random_merges(std::mt19937& random, TokenId letters, bool in_order) {
  std::vector<MergeTable::Merge> merges;
  const std::size_t count = 1 + random() % 60;
  for (TokenId id = letters; merges.size() < count; ++id) {
    const auto rank = static_cast<std::uint32_t>(in_order ? id : random() % 30);
    merges.push_back(
        {static_cast<TokenId>(random() % id), static_cast<TokenId>(random() % id), id, rank});
  }
  return merges;
}

// Periodic for the most part: one end's influence goes far.
Ids random_row(std::mt19937& random, TokenId letters) {
  const std::size_t period = 1 + random() % 5;
  const std::size_t noise = 2 + random() % 100;
  Ids row(1 + random() % 1500);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool fresh = i < period || random() % noise == 0;
    row[i] = fresh ? static_cast<TokenId>(random() % letters) : row[i - period];
  }
  return row;
}

TEST(RowChunksTest, ChunksMakeWhatTheWholeRowMakes) {
  std::mt19937 random(12);
  RowChunks chunks_of[] = {RowChunks(1), RowChunks(9), RowChunks(64), RowChunks(150),
                           RowChunks(600)};
  for (int round = 0; round < 600; ++round) {
    const TokenId letters = 2 + random() % 4;
    const auto merges = random_merges(random, letters, round % 2 == 0);
    const MergeTable table(merges);
    std::vector<reference::RankedMerge> ranked;
    for (const auto& merge : merges) {
      ranked.push_back({merge.left, merge.right, merge.result, merge.rank});
    }
    const Ids row = random_row(random, letters);
    Ids expected = {7};
    const Ids merged = reference::apply_ranked_merges(row, ranked);
    expected.insert(expected.end(), merged.begin(), merged.end());
    const auto fill = [&](std::size_t begin, std::span<TokenId> symbols) {
      ASSERT_LE(begin + symbols.size(), row.size());
      std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(begin), symbols.size(),
                  symbols.begin());
    };
    for (RowChunks& chunks : chunks_of) {
      Ids ids = {7};
      chunks.merge(table, row.size(), fill, ids);
      ASSERT_EQ(ids, expected) << "round " << round;
    }
  }
}

TEST(RowChunksTest, PlacesOfALongRowAreThoseOfItsSymbols) {
  std::mt19937 random(13);
  for (int round = 0; round < 300; ++round) {
    const TokenId letters = 2 + random() % 4;
    const auto merges = random_merges(random, letters, true);
    const MergeTable table(merges);
    std::vector<std::size_t> sizes(letters, 1);
    for (const auto& merge : merges) sizes.push_back(sizes[merge.left] + sizes[merge.right]);
    Ids row = random_row(random, letters);
    row.resize(std::max<std::size_t>(row.size(), 40), 0);
    std::vector<std::uint32_t> begins, expected;
    row.resize(table.merge_long(row, &begins));
    std::size_t at = 0;
    for (const TokenId id : row) {
      expected.push_back(static_cast<std::uint32_t>(at));
      at += sizes[id];
    }
    ASSERT_EQ(begins, expected) << "round " << round;
  }
}

}  // namespace
}  // namespace corpusmill
