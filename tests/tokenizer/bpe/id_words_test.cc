#include "tokenizer/bpe/id_words.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace corpusmill {
namespace {

using Ids = std::vector<TokenId>;

TEST(IdWordsTest, AWordHoldsUpToThreeIds) {
  EXPECT_NE(id_words::word_of(Ids{}), 0U);
  EXPECT_NE(id_words::word_of(Ids{0, 0, id_words::kNobody - 1}) & id_words::kTag, 0U);
  EXPECT_EQ(id_words::word_of(Ids{1, 2, 3, 4}), 0U);
  EXPECT_EQ(id_words::word_of(Ids{id_words::kNobody}), 0U);
  EXPECT_EQ(id_words::word_of(Ids{1}), (id_words::word_of(Ids{1, 2}) | id_words::frame_of(1)));
}

// Rows of words, some of which stand for ids in a list, by every way that this processor has.
TEST(IdWordsTest, WordsAreSpelledInTheirOrder) {
  std::mt19937 random(1);
  for (const id_words::Spell spell : id_words::spellers()) {
    for (int round = 0; round < 2000; ++round) {
      std::vector<std::uint64_t> words(random() % 40);
      Ids expected, list;
      const bool many = random() % 2 == 0;
      for (std::uint64_t& word : words) {
        Ids ids(random() % 8 == 0 ? random() % 50 : random() % (many ? 6 : 4));
        for (TokenId& id : ids) {
          id = random() % 3 == 0 ? id_words::kNobody - 1 : static_cast<TokenId>(random() % 70000);
        }
        word = id_words::word_of(ids);
        if (word == 0) {
          word = id_words::list_word_of(list.size(), ids.size());
          list.insert(list.end(), ids.begin(), ids.end());
        }
        expected.insert(expected.end(), ids.begin(), ids.end());
      }
      Ids ids(3 * words.size() + list.size() + id_words::kSpareIds);
      list.resize(list.size() + id_words::kSpareIds);
      ids.resize(static_cast<std::size_t>(spell(words, list.data(), ids.data()) - ids.data()));
      ASSERT_EQ(ids, expected);
    }
  }
}

}  // namespace
}  // namespace corpusmill
