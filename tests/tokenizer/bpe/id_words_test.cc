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

// Rows of words, with or without one that is no ids, by every way that this processor has.
TEST(IdWordsTest, WordsAreSpelledUpToTheFirstThatIsNone) {
  std::mt19937 random(1);
  for (const id_words::Spell spell : id_words::spellers()) {
    for (int round = 0; round < 2000; ++round) {
      std::vector<std::uint64_t> words(random() % 40);
      Ids expected;
      std::size_t stop = random() % 60;
      for (std::size_t i = 0; i < words.size(); ++i) {
        Ids ids(random() % 4);
        for (TokenId& id : ids) {
          id = random() % 3 == 0 ? id_words::kNobody - 1 : static_cast<TokenId>(random() % 70000);
        }
        words[i] = i == stop ? random() : id_words::word_of(ids);
        if (i < stop) expected.insert(expected.end(), ids.begin(), ids.end());
      }
      stop = std::min(stop, words.size());
      Ids ids(3 * words.size() + id_words::kSpareIds);
      TokenId* end = ids.data();
      ASSERT_EQ(spell(words, end), stop);
      ids.resize(static_cast<std::size_t>(end - ids.data()));
      ASSERT_EQ(ids, expected);
    }
  }
}

}  // namespace
}  // namespace corpusmill
