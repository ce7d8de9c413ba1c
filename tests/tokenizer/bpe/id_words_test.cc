#include "tokenizer/bpe/id_words.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace corpusmill {
namespace {

using Ids = std::vector<TokenId>;

using id_words::Layout;
constexpr Layout kLayouts[] = {Layout::kThreeIds, Layout::kFourIds};

TEST(IdWordsTest, AWordHoldsAsManyIdsAsHaveRoom) {
  for (const Layout layout : kLayouts) {
    const TokenId nobody = id_words::nobody(layout);
    const std::size_t most = id_words::ids_max(layout);
    EXPECT_NE(id_words::word_of(layout, Ids(most, nobody - 1)), 0U);
    EXPECT_EQ(id_words::word_of(layout, Ids(most + 1, 1)), 0U);
    EXPECT_EQ(id_words::word_of(layout, Ids{nobody}), 0U);
    EXPECT_EQ(id_words::word_of(layout, Ids{}), 0U);
    EXPECT_EQ(id_words::word_of(layout, Ids{1}),
              id_words::word_of(layout, Ids{1, 2}) | id_words::frame_of(layout, 1));
    EXPECT_FALSE(id_words::is_listed(layout, id_words::word_of(layout, Ids{1})));
  }
}

TEST(IdWordsTest, FourIdsWhereAllHaveRoom) {
  EXPECT_EQ(id_words::layout_for(0xFFFF), Layout::kFourIds);
  EXPECT_EQ(id_words::layout_for(0x10000), Layout::kThreeIds);
}

TEST(IdWordsTest, AWordTellsWhereItsListIs) {
  for (const Layout layout : kLayouts) {
    for (const std::uint32_t begin : {0U, 1U, 0x12345678U, 0xFFFFFFFFU}) {
      for (const std::size_t count : {1U, 0xFFFFU}) {
        const std::uint64_t word = id_words::list_word_of(layout, begin, count);
        EXPECT_TRUE(id_words::is_listed(layout, word));
        EXPECT_EQ(id_words::listed(layout, word).begin, begin);
        EXPECT_EQ(id_words::listed(layout, word).count, count);
      }
    }
  }
}

// Rows of words, some of which stand for ids in a list, by every way that this processor has.
void check_spelling(Layout layout, id_words::Spell spell) {
  std::mt19937 random(1);
  const TokenId nobody = id_words::nobody(layout);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::uint64_t> words(random() % 40);
    Ids expected, list;
    const bool many = random() % 2 == 0;
    for (std::uint64_t& word : words) {
      Ids ids(1 + (random() % 8 == 0 ? random() % 50 : random() % (many ? 6 : 4)));
      for (TokenId& id : ids) {
        id = random() % 3 == 0 ? nobody - 1 : static_cast<TokenId>(random() % 70000) % nobody;
      }
      word = id_words::word_of(layout, ids);
      if (word == 0) {
        const auto begin = static_cast<std::uint32_t>(list.size());
        word = id_words::list_word_of(layout, begin, ids.size());
        list.insert(list.end(), ids.begin(), ids.end());
      }
      expected.insert(expected.end(), ids.begin(), ids.end());
    }
    Ids ids(id_words::ids_max(layout) * words.size() + list.size() + id_words::kSpareIds);
    list.resize(list.size() + id_words::kSpareIds);
    ids.resize(static_cast<std::size_t>(spell(words, list.data(), ids.data()) - ids.data()));
    ASSERT_EQ(ids, expected);
  }
}

TEST(IdWordsTest, WordsAreSpelledInTheirOrder) {
  for (const Layout layout : kLayouts) {
    for (const id_words::Spell spell : id_words::spellers(layout)) check_spelling(layout, spell);
  }
}

}  // namespace
}  // namespace corpusmill
