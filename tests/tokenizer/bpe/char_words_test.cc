#include "tokenizer/bpe/char_words.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace corpusmill {
namespace {

TEST(CharWordsTest, KnowsWhatItLearned) {
  CharWords table;
  table.learn('a', 5);
  table.learn(0xFFFF, 7);
  const std::vector<std::uint32_t> chars = {0xFFFF, 'b', 'a', CharWords::kChars, ~0U, 0, 0, 0};
  std::uint64_t words[8];
  std::uint32_t unknown[8];
  ASSERT_EQ(table.look_up(std::span(chars).first(5), words, unknown), 3U);
  EXPECT_EQ(std::vector<std::uint64_t>(words, words + 5),
            (std::vector<std::uint64_t>{7, 0, 5, 0, 0}));
  EXPECT_EQ(std::vector<std::uint32_t>(unknown, unknown + 3),
            (std::vector<std::uint32_t>{1, 3, 4}));
  table.clear();
  EXPECT_EQ(table.look_up(std::span(chars).first(5), words, unknown), 5U);
}

TEST(CharWordsTest, EveryWayOfThisProcessorFindsTheSame) {
  std::mt19937 random(1);
  std::vector<std::uint64_t> table(CharWords::kChars);
  for (std::size_t i = 0; i < table.size(); i += 1 + random() % 3) table[i] = random() + 1;
  for (int round = 0; round < 500; ++round) {
    const std::size_t size = random() % 70, rounded = (size + 7) / 8 * 8;
    std::vector<std::uint32_t> chars(rounded);
    for (std::uint32_t& c : chars) {
      c = static_cast<std::uint32_t>(random() % (random() % 9 == 0 ? ~0U : CharWords::kChars));
    }
    std::vector<std::uint64_t> expected(size);
    std::vector<std::uint32_t> missing;
    for (std::uint32_t i = 0; i < size; ++i) {
      if (chars[i] < CharWords::kChars) expected[i] = table[chars[i]];
      if (expected[i] == 0) missing.push_back(i);
    }
    for (const CharWords::LookUp look_up : CharWords::look_ups()) {
      std::vector<std::uint64_t> words(rounded);
      std::vector<std::uint32_t> unknown(rounded);
      unknown.resize(
          look_up(table.data(), std::span(chars).first(size), words.data(), unknown.data()));
      words.resize(size);
      ASSERT_EQ(words, expected);
      ASSERT_EQ(unknown, missing);
    }
  }
}

}  // namespace
}  // namespace corpusmill
