#include "tokenizer/byte_level/pretokens.h"

#include <gtest/gtest.h>

#include <random>
#include <span>
#include <vector>

namespace corpusmill {
namespace {

using Ends = std::vector<std::uint32_t>;

std::uint32_t below(std::mt19937& random, std::uint32_t limit) {
  return static_cast<std::uint32_t>(random() % limit);
}

Ends random_ends(std::mt19937& random) {
  Ends ends;
  std::uint32_t end = 0;
  for (std::size_t left = 1 + random() % 60; left > 0; --left) {
    end += 1 + below(random, below(random, 10) == 0 ? 300 : 9);
    ends.push_back(end);
  }
  return ends;
}

// Asks for this and that from the begin to the end of the text.
template <class Pretokens>
void check(Pretokens pretokens, const Ends& ends, std::mt19937& random) {
  constexpr std::uint32_t kUntouched = 0xABCDEF;
  Ends room(2 + random() % 40, kUntouched);  // the last place is not given
  const auto taken = std::span(room).first(room.size() - 1);
  for (std::uint32_t at = 0; at < ends.back(); at += below(random, 20)) {
    const auto behind = std::upper_bound(ends.begin(), ends.end(), at);
    const bool begins = behind == ends.begin() ? at == 0 : *std::prev(behind) == at;
    ASSERT_EQ(pretokens.begins_at(at), begins);
    ASSERT_EQ(pretokens.end_behind(at), *behind);
    ASSERT_EQ(pretokens.starts().from(at) & 1, begins ? 1U : 0U);
    if (random() % 3 != 0 || at == ends.back()) continue;
    const auto stop = std::min(at + 1 + below(random, 100), ends.back());
    Ends expected(behind, std::upper_bound(behind, ends.end(), stop));
    expected.resize(std::min(expected.size(), taken.size()));
    ASSERT_EQ(pretokens.read(at, stop, taken), expected.size());
    ASSERT_TRUE(std::equal(expected.begin(), expected.end(), taken.begin()));
    ASSERT_EQ(room.back(), kUntouched);
    if (expected.empty() || below(random, 2) == 0) continue;
    pretokens.skip(expected.size());
    at = expected.back();
  }
}

TEST(PretokensTest, BothWaysToTellThemSayTheSame) {
  std::mt19937 random(1);
  OffsetBits bits, of_list;
  for (int round = 0; round < 2000; ++round) {
    const Ends ends = random_ends(random);
    bits.clear();
    bits.push_back(0);
    for (const std::uint32_t end : ends) bits.push_back(end);
    check(MarkedPretokens(bits), ends, random);
    check(ListedPretokens(ends, of_list), ends, random);
  }
}

}  // namespace
}  // namespace corpusmill
