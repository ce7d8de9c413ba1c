#include "tokenizer/byte_level/whole_pretokens.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace corpusmill {
namespace {

std::array<TokenId, 256> bytes_as_ids() {
  std::array<TokenId, 256> ids{};
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

TEST(WholePretokensTest, FindsWhatMergesMakeOtherwiseAndNothingElse) {
  std::mt19937 random(1);
  const MergeTable merges({{'a', 'b', 300, 0}, {300, 'c', 301, 1}});
  for (int round = 0; round < 50; ++round) {
    const auto text = [&] {
      std::string bytes(1 + random() % (round % 2 == 0 ? 5 : 30), ' ');
      for (char& c : bytes) c = static_cast<char>('a' + random() % 4);
      return bytes;
    };
    Vocabulary vocabulary;
    vocabulary.add("ab", 300);
    vocabulary.add("abc", 301);
    for (TokenId id = 400; id < 400 + static_cast<TokenId>(random() % 300); ++id) {
      vocabulary.add(text(), id);
    }
    const WholePretokens whole(vocabulary, bytes_as_ids(), merges);
    EXPECT_FALSE(whole.empty());
    for (TokenId id = 400; id < vocabulary.size(); ++id) {
      if (!vocabulary.has(id)) continue;
      EXPECT_EQ(whole.find(vocabulary.spelling(id)), id);
    }
    for (int i = 0; i < 500; ++i) {
      const std::string other = text();
      const auto found = whole.find(other);
      EXPECT_TRUE(!found || found == vocabulary.find(other)) << other;
    }
  }
}

TEST(WholePretokensTest, WithoutEntriesFindsNothing) {
  const WholePretokens whole({}, bytes_as_ids(), MergeTable({}));
  EXPECT_TRUE(whole.empty());
  EXPECT_EQ(whole.find(""), std::nullopt);
  EXPECT_EQ(whole.find("a"), std::nullopt);
}

}  // namespace
}  // namespace corpusmill
