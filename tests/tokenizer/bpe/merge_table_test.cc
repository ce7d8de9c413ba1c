#include "tokenizer/bpe/merge_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>

#include "common/error.h"
#include "tests/reference/textbook_bpe.h"

namespace corpusmill {
namespace {

using Ids = std::vector<TokenId>;
using Merge = MergeTable::Merge;

Ids merged(const MergeTable& table, Ids ids) {
  Ids portably = ids;
  portably.resize(table.merge_portably(portably));
  ids.resize(table.merge(ids));
  EXPECT_EQ(ids, portably);
  return ids;
}

Ids expected(const std::vector<Merge>& merges, const Ids& ids) {
  std::vector<reference::RankedMerge> ranked;
  for (const Merge& merge : merges) {
    ranked.push_back({merge.left, merge.right, merge.result, merge.rank});
  }
  return reference::apply_ranked_merges(ids, ranked);
}

// Merges of `letters` letters, from id `base` on, and of what merges make. Ranks tie if `ranks` is
// small. Some make what another makes, some make one of their parts.
std::vector<Merge> random_merges(std::mt19937& random, TokenId base, std::size_t letters,
                                 std::size_t count, std::uint32_t ranks) {
  std::vector<Merge> merges;
  Ids ids;
  for (TokenId letter = 0; letter < letters; ++letter) ids.push_back(base + letter);
  while (merges.size() < count) {
    const TokenId left = ids[random() % ids.size()];
    const TokenId right = ids[random() % ids.size()];
    TokenId result = static_cast<TokenId>(base + letters + merges.size());
    if (random() % 8 == 0) {
      result = ids[random() % ids.size()];
    } else {
      ids.push_back(result);
    }
    merges.push_back({left, right, result, static_cast<std::uint32_t>(random() % ranks)});
  }
  return merges;
}

Ids random_row(std::mt19937& random, TokenId base, std::size_t letters, std::size_t size_max) {
  Ids row(random() % (size_max + 1));
  for (TokenId& id : row) {
    id = base + static_cast<TokenId>(random() % letters);
    if (random() % 50 == 0) id = MergeTable::kIdsMax + static_cast<TokenId>(random() % 3);
  }
  return row;
}

TEST(MergeTableTest, EqualsTheTextbookOnRandomMergesAndRows) {
  std::mt19937 random(1);
  for (int round = 0; round < 400; ++round) {
    const std::size_t letters = 1 + random() % 4;
    // Within, across and beyond the grid of small ids.
    const TokenId base = round % 3 == 0 ? 0 : round % 3 == 1 ? 505 : MergeTable::kIdsMax - 90;
    const std::uint32_t ranks = round % 2 == 0 ? 4 : 1'000'000;
    const auto merges = random_merges(random, base, letters, 1 + random() % 60, ranks);
    const MergeTable table(merges);
    for (int i = 0; i < 40; ++i) {
      const Ids row = random_row(random, base, letters, i % 4 == 0 ? 150 : 20);
      ASSERT_EQ(merged(table, row), expected(merges, row)) << "round " << round;
    }
  }
}

TEST(MergeTableTest, EqualsTheTextbookOnEveryLengthOfOneLetter) {
  std::vector<Merge> merges;
  for (TokenId i = 0; i < 6; ++i) merges.push_back({i, i, i + 1, i});
  const MergeTable table(merges);
  for (std::size_t size = 0; size < 140; ++size) {
    const Ids row(size, 0);
    ASSERT_EQ(merged(table, row), expected(merges, row)) << size;
  }
}

// Rows of few different pairs, which are swept, with merges that rank below those before them.
TEST(MergeTableTest, EqualsTheTextbookOnLongRowsOfFewPairs) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    const std::uint32_t ranks = round % 3 == 0 ? 3 : 1'000'000;
    auto merges = random_merges(random, 0, 2, 1 + random() % 12, ranks);
    if (round % 3 == 1) {  // in order, as a trainer leaves them
      for (std::size_t i = 0; i < merges.size(); ++i) {
        merges[i].rank = static_cast<std::uint32_t>(i);
      }
    }
    const MergeTable table(merges);
    const std::size_t period = 1 + random() % 3;
    Ids row(40 + random() % 300);
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = i < period ? static_cast<TokenId>(random() % 2) : row[i - period];
      if (random() % 100 == 0) row[i] = static_cast<TokenId>(random() % 2);
    }
    ASSERT_EQ(merged(table, row), expected(merges, row)) << "round " << round;
  }
}

TEST(MergeTableTest, OfEqualRanksTheLeftmostGoesFirst) {
  const MergeTable table({{1, 1, 2, 7}, {1, 3, 4, 7}, {3, 1, 5, 7}});
  EXPECT_EQ(merged(table, {1, 1, 1}), (Ids{2, 1}));
  EXPECT_EQ(merged(table, {1, 3, 1}), (Ids{4, 1}));
  EXPECT_EQ(merged(table, {3, 1, 3}), (Ids{5, 3}));
}

TEST(MergeTableTest, ARepeatedPairCountsWhereItStandsLast) {
  const MergeTable table({{1, 2, 10, 0}, {2, 3, 11, 1}, {1, 2, 12, 2}});
  EXPECT_EQ(merged(table, {1, 2, 3}), (Ids{1, 11}));
  EXPECT_EQ(merged(table, {1, 2}), (Ids{12}));
}

TEST(MergeTableTest, WithoutMergesNothingChanges) {
  const MergeTable table({});
  EXPECT_EQ(merged(table, {1, 2, 3, MergeTable::kIdsMax, 0, 0}),
            (Ids{1, 2, 3, MergeTable::kIdsMax, 0, 0}));
  EXPECT_EQ(merged(table, {}), Ids());
}

TEST(MergeTableTest, IdsThatDoNotFitAreRefused) {
  for (const Merge& merge :
       {Merge{MergeTable::kIdsMax, 1, 2, 0}, Merge{1, MergeTable::kIdsMax, 2, 0},
        Merge{1, 2, MergeTable::kIdsMax, 0}}) {
    try {
      MergeTable table({merge});
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kMismatch);
    }
  }
}

// As many merges as a large vocabulary has.
TEST(MergeTableTest, ALargeTableFindsEveryPair) {
  std::mt19937 random(2);
  std::vector<Merge> merges;
  for (TokenId i = 0; i < 40'000; ++i) {
    merges.push_back({static_cast<TokenId>(random() % 3000), static_cast<TokenId>(random() % 3000),
                      100'000 + i, i});
  }
  const MergeTable table(merges);
  for (std::size_t i = 0; i < 40'000; i += 37) {
    const Ids row = {merges[i].left, merges[i].right};
    ASSERT_EQ(merged(table, row).size(), 1U);
    const Ids triple = {merges[i].left, merges[i].right, merges[i / 2].right};
    const Ids result = merged(table, triple);
    ASSERT_LT(result.size(), 3U);
    ASSERT_GE(std::max(result[0], result.back()), 100'000U);
  }
}

TEST(MergeTableTest, ALongRowOfAnythingIsMergedInGoodTime) {
  std::mt19937 random(3);
  auto merges = random_merges(random, 0, 3, 200, 1'000'000);
  merges.push_back({1, 1, 2, 7});
  const MergeTable table(merges);
  Ids row(1'000'000, 1);
  EXPECT_LT(table.merge(row), row.size());
  for (TokenId& id : row) id = static_cast<TokenId>(random() % 3);
  EXPECT_LT(table.merge(row), row.size());
}

TEST(MergeTableTest, RowsSideBySideEqualRowsOneByOne) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    const TokenId base = round % 3 == 0 ? 500 : 0;
    const MergeTable table(random_merges(random, base, 5, 1 + random() % 200,
                                         static_cast<std::uint32_t>(1 + random() % 300)));
    std::vector<ShortRow> rows(random() % (round % 10 == 0 ? 400 : 60));
    std::vector<Ids> expected;
    for (ShortRow& row : rows) {
      Ids ids = random_row(random, base, 5, ShortRow::kSymbolsMax);
      std::copy(ids.begin(), ids.end(), row.symbols);
      row.count = static_cast<std::uint32_t>(ids.size());
      ids.resize(table.merge_portably(ids));
      expected.push_back(ids);
    }
    table.merge_rows(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(Ids(rows[i].view().begin(), rows[i].view().end()), expected[i]) << round;
    }
  }
}

// Rows of all lengths, many at once: merged in lanes, in windows, and as a whole where symbols are
// longer than windows.
TEST(MergeTableTest, RowsBehindOneAnotherEqualTheTextbook) {
  std::mt19937 random(12);
  for (int round = 0; round < 300; ++round) {
    const TokenId base = round % 3 == 0 ? 500 : 0;
    const std::size_t letters = 1 + random() % 4;
    const auto merges = random_merges(random, base, letters, 1 + random() % 200,
                                      static_cast<std::uint32_t>(1 + random() % 300));
    const MergeTable table(merges);
    Ids symbols, all_expected;
    std::vector<std::uint32_t> ends, expected_ends;
    const std::size_t length_max = random() % 3 == 0 ? 600 : 1 + random() % 90;
    for (std::size_t row = random() % (round % 10 == 0 ? 400 : 20); row > 0; --row) {
      Ids ids = random_row(random, base, letters, length_max);
      if (random() % 4 == 0) std::fill(ids.begin(), ids.end(), base);
      symbols.insert(symbols.end(), ids.begin(), ids.end());
      ends.push_back(static_cast<std::uint32_t>(symbols.size()));
      ids = expected(merges, ids);
      all_expected.insert(all_expected.end(), ids.begin(), ids.end());
      expected_ends.push_back(static_cast<std::uint32_t>(all_expected.size()));
    }
    table.merge_rows(symbols, ends);
    ASSERT_EQ(ends, expected_ends) << "round " << round;
    symbols.resize(all_expected.size());
    ASSERT_EQ(symbols, all_expected) << "round " << round;
  }
}

// The grid of pairs that are looked up first lies where most of them are, and need not hold all.
TEST(MergeTableTest, IdsAnywhereEqualTheTextbook) {
  std::mt19937 random(14);
  for (int round = 0; round < 300; ++round) {
    const std::size_t letters = 1 + random() % 9;
    auto merges = random_merges(random, 0, letters, 1 + random() % 100, 200);
    const TokenId first = random() % 2 == 0 ? 0 : 1'000'000;
    const auto step = static_cast<TokenId>(1 + random() % 200);
    const auto moved = [&](TokenId id) { return first + id * step; };
    for (Merge& merge : merges) {
      merge = {moved(merge.left), moved(merge.right), moved(merge.result), merge.rank};
    }
    const MergeTable table(merges);
    for (int row = 0; row < 8; ++row) {
      Ids ids = random_row(random, 0, letters, row % 2 == 0 ? 16 : 100);
      for (TokenId& id : ids) id = id < MergeTable::kIdsMax ? moved(id) : id;
      ASSERT_EQ(merged(table, ids), expected(merges, ids)) << "round " << round;
    }
  }
}

// What decides about a place may stand far away on both sides, or only where windows meet.
TEST(MergeTableTest, LongRowsOfWordsEqualTheTextbook) {
  std::mt19937 random(13);
  for (int round = 0; round < 60; ++round) {
    const auto merges = random_merges(random, 0, 6, 30 + random() % 500, 1'000'000);
    const MergeTable table(merges);
    std::vector<Ids> words(3 + random() % 10);
    for (Ids& word : words) word = random_row(random, 0, 6, 1 + random() % 25);
    Ids row;
    while (row.size() < 3000) {
      const Ids& word = words[random() % words.size()];
      row.insert(row.end(), word.begin(), word.end());
      row.push_back(static_cast<TokenId>(random() % 6));
    }
    ASSERT_EQ(merged(table, row), expected(merges, row)) << "round " << round;
  }
}

// As numbers in a real vocabulary: nearly all of two and of three, so that windows meet in places
// where both begin a symbol, but not the same.
TEST(MergeTableTest, LongRowsOfDenseMergesEqualTheTextbook) {
  std::mt19937 random(14);
  constexpr TokenId kLetters = 5;
  for (int round = 0; round < 100; ++round) {
    std::vector<Merge> merges;
    for (TokenId left = 0; left < kLetters; ++left) {
      for (TokenId right = 0; right < kLetters; ++right) merges.push_back({left, right, 0, 0});
    }
    std::shuffle(merges.begin(), merges.end(), random);
    for (TokenId i = 0; i < merges.size(); ++i) merges[i].result = kLetters + i;
    const std::size_t pairs = merges.size();
    for (TokenId pair = 0; pair < pairs; ++pair) {
      for (TokenId letter = 0; letter < kLetters; ++letter) {
        const bool before = random() % 2 == 0;
        const TokenId two = kLetters + pair;
        merges.push_back({before ? letter : two, before ? two : letter, 0, 0});
      }
    }
    std::shuffle(merges.begin() + static_cast<std::ptrdiff_t>(pairs), merges.end(), random);
    for (TokenId i = 0; i < merges.size(); ++i) {
      merges[i].result = kLetters + i;
      merges[i].rank = i;
    }
    const MergeTable table(merges);
    Ids row(300);
    for (TokenId& id : row) id = static_cast<TokenId>(random() % kLetters);
    ASSERT_EQ(merged(table, row), expected(merges, row)) << "round " << round;
  }
}

TEST(MergeTableTest, ThreadsAgree) {
  std::mt19937 random(4);
  const auto merges = random_merges(random, 0, 3, 60, 1'000'000);
  const MergeTable table(merges);
  std::vector<Ids> rows;
  for (int i = 0; i < 500; ++i) rows.push_back(random_row(random, 0, 3, 100));
  std::vector<std::vector<Ids>> results(4);
  {
    std::vector<std::jthread> threads;
    for (auto& result : results) {
      threads.emplace_back([&] {
        for (Ids row : rows) {
          row.resize(table.merge(row));
          result.push_back(std::move(row));
        }
      });
    }
  }
  for (const auto& result : results) EXPECT_EQ(result, results[0]);
}

}  // namespace
}  // namespace corpusmill
