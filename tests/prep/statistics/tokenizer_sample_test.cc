#include "prep/statistics/tokenizer_sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace corpusmill {
namespace {

std::vector<std::string> sample(std::size_t documents, std::uint64_t bytes_max,
                                std::uint64_t seed) {
  TokenizerSample sample(bytes_max, seed);
  for (std::size_t i = 0; i < documents; ++i) sample.add(std::to_string(100'000 + i));
  return sample.take();
}

TEST(TokenizerSampleTest, EverythingThatFitsIsTakenInOrder) {
  const std::vector<std::string> texts = sample(50, 300, 1);
  EXPECT_EQ(texts.size(), 50U);
  EXPECT_TRUE(std::is_sorted(texts.begin(), texts.end()));
}

TEST(TokenizerSampleTest, ABudgetTakesAnEvenPart) {
  const std::vector<std::string> texts = sample(10'000, 6'000, 1);
  EXPECT_EQ(texts.size(), 1'000U);
  EXPECT_TRUE(std::is_sorted(texts.begin(), texts.end()));
  const auto first_half = std::count_if(texts.begin(), texts.end(),
                                        [](const std::string& text) { return text < "105000"; });
  EXPECT_GT(first_half, 430);
  EXPECT_LT(first_half, 570);
  EXPECT_EQ(sample(10'000, 6'000, 1), texts);
  EXPECT_NE(sample(10'000, 6'000, 2), texts);
}

TEST(TokenizerSampleTest, ChoosingKeepsNoTextButKnowsTheSame) {
  const std::vector<std::string> texts = sample(10'000, 6'000, 1);
  TokenizerSample chosen(6'000, 1, TokenizerSample::Texts::kChoose);
  for (std::size_t i = 0; i < 10'000; ++i) chosen.add(std::to_string(100'000 + i));
  std::vector<std::string> taken;
  for (std::size_t i = 0; i < 10'000; ++i) {
    if (chosen.takes(i)) taken.push_back(std::to_string(100'000 + i));
  }
  EXPECT_EQ(taken, texts);
  EXPECT_EQ(chosen.bytes(), 6'000U);
}

TEST(TokenizerSampleTest, ASmallerBudgetTakesAPartOfTheLargerSample) {
  const std::vector<std::string> large = sample(5'000, 6'000, 3), small = sample(5'000, 600, 3);
  EXPECT_TRUE(std::includes(large.begin(), large.end(), small.begin(), small.end()));
}

TEST(TokenizerSampleTest, OneDocumentIsKeptHoweverLong) {
  TokenizerSample sample(10, 1);
  sample.add(std::string(100, 'x'));
  EXPECT_EQ(sample.documents(), 1U);
  EXPECT_EQ(sample.bytes(), 100U);
}

}  // namespace
}  // namespace corpusmill
