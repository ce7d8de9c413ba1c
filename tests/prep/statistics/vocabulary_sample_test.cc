#include "prep/statistics/vocabulary_sample.h"

#include <gtest/gtest.h>

#include "tests/support/run_program.h"

namespace corpusmill {
namespace {

TEST(VocabularySampleTest, CountsWhatTheSampleBecomes) {
  // The id of each byte is its value; 256 is <|endoftext|>.
  const auto tokenizer = make_tokenizer(byte_tokenizer_json(), "tokenizer.json", "", "");
  VocabularySample one(*tokenizer), other(*tokenizer);
  one.add("ab<|endoftext|>");
  other.add("é");
  one += other;
  const nlohmann::json json = one.to_json();
  EXPECT_EQ(json["documents"], 2);
  EXPECT_EQ(json["tokens"], 5);
  EXPECT_EQ(json["specials"], 1);
  EXPECT_DOUBLE_EQ(json["bytes_per_token"], 17.0 / 5);
  EXPECT_DOUBLE_EQ(json["characters_per_token"], 16.0 / 5);
  EXPECT_DOUBLE_EQ(json["tokens_per_document"], 2.5);
  EXPECT_DOUBLE_EQ(json["used_share"], 5.0 / 257);
  EXPECT_DOUBLE_EQ(json["byte_share"], 2.0 / 5);
  EXPECT_DOUBLE_EQ(json["unknown_share"], 0.0);
}

}  // namespace
}  // namespace corpusmill
