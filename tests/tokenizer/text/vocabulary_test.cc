#include "tokenizer/text/vocabulary.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace corpusmill {
namespace {

using Added = Vocabulary::Added;

TEST(VocabularyTest, FindsWhatWasAddedAndNothingElse) {
  Vocabulary vocabulary;
  EXPECT_EQ(vocabulary.find("a"), std::nullopt);
  EXPECT_EQ(vocabulary.add("a", 7), Added::kYes);
  EXPECT_EQ(vocabulary.add("", 0), Added::kYes);
  EXPECT_EQ(vocabulary.add(std::string_view("\0\xFF", 2), 3), Added::kYes);
  EXPECT_EQ(vocabulary.find("a"), 7U);
  EXPECT_EQ(vocabulary.find(""), 0U);
  EXPECT_EQ(vocabulary.find(std::string_view("\0\xFF", 2)), 3U);
  EXPECT_EQ(vocabulary.find(std::string_view("\0", 1)), std::nullopt);
  EXPECT_EQ(vocabulary.size(), 8U);
  EXPECT_EQ(vocabulary.tokens(), 3U);
  EXPECT_TRUE(vocabulary.has(0));
  EXPECT_FALSE(vocabulary.has(1));
  EXPECT_FALSE(vocabulary.has(8));
  EXPECT_EQ(vocabulary.spelling(7), "a");
  EXPECT_EQ(vocabulary.spelling(1), "");
  EXPECT_EQ(vocabulary.spelling(kTokenIdsMax), "");
}

TEST(VocabularyTest, NeitherAnIdNorASpellingIsGivenTwice) {
  Vocabulary vocabulary;
  EXPECT_EQ(vocabulary.add("a", 1), Added::kYes);
  EXPECT_EQ(vocabulary.add("b", 1), Added::kIdTaken);
  EXPECT_EQ(vocabulary.add("a", 2), Added::kSpellingTaken);
  EXPECT_EQ(vocabulary.size(), 2U);
  EXPECT_EQ(vocabulary.find("b"), std::nullopt);
}

TEST(VocabularyTest, SpellingsThatBeginAlikeAreDifferent) {
  Vocabulary vocabulary;
  const std::vector<std::string> spellings = {
      "1234567", std::string("1234567\0", 8), "12345678", "123456789", "12345678A", "12345678A1"};
  for (TokenId id = 0; id < spellings.size(); ++id) {
    EXPECT_EQ(vocabulary.find(spellings[id]), std::nullopt);
    EXPECT_EQ(vocabulary.add(spellings[id], id), Added::kYes);
  }
  for (TokenId id = 0; id < spellings.size(); ++id) EXPECT_EQ(vocabulary.find(spellings[id]), id);
}

TEST(VocabularyTest, EqualsAMapWhileItGrows) {
  std::mt19937 random(1);
  for (const bool reserved : {false, true}) {
    Vocabulary vocabulary;
    if (reserved) vocabulary.reserve(5000, 100);
    std::map<std::string, TokenId> expected;
    for (TokenId id = 0; id < 5000; ++id) {
      std::string spelling;
      for (auto bytes = random() % 4; bytes > 0; --bytes) {
        spelling += static_cast<char>('a' + random() % 12);
      }
      const bool is_new = expected.emplace(spelling, id).second;
      EXPECT_EQ(vocabulary.add(spelling, id), is_new ? Added::kYes : Added::kSpellingTaken);
      EXPECT_EQ(vocabulary.find(spelling), expected.at(spelling));
    }
    EXPECT_EQ(vocabulary.tokens(), expected.size());
    std::vector<std::string_view> spellings = {"not there", "", "abcdefghijklm"};
    for (const auto& [spelling, id] : expected) spellings.push_back(spelling);
    std::vector<TokenId> ids(spellings.size());
    vocabulary.find(spellings, ids);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      EXPECT_EQ(ids[i], vocabulary.find(spellings[i]).value_or(Vocabulary::kNoToken));
    }
    for (const auto& [spelling, id] : expected) {
      EXPECT_EQ(vocabulary.find(spelling), id);
      EXPECT_EQ(vocabulary.spelling(id), spelling);
    }
  }
}

}  // namespace
}  // namespace corpusmill
