#include "tokenizer/merge_list.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "tokenizer/text/unicode_class.h"
#include "tokenizer/tokenizer_json.h"

namespace corpusmill {
namespace {

// Enough merges for several threads: all pairs of these characters.
constexpr TokenId kCharacters = 400;

std::string character(TokenId id) {
  std::string text;
  append_utf8(0x4E00 + id, text);
  return text;
}

struct Pair {
  TokenId left, right;
};

// The characters' ids are below kCharacters; a pair's is the next in order of left, then right.
TokenId id_of(Pair pair) {
  return kCharacters + pair.left * kCharacters + pair.right;
}

std::vector<Pair> all_pairs() {
  std::vector<Pair> pairs;
  for (TokenId left = 0; left < kCharacters; ++left) {
    for (TokenId right = 0; right < kCharacters; ++right) pairs.push_back({left, right});
  }
  return pairs;
}

std::vector<std::string> merges_of(const std::vector<Pair>& pairs, std::string_view format) {
  std::vector<std::string> merges;
  for (const Pair pair : pairs) {
    merges.push_back(
        fmt::format(fmt::runtime(format), character(pair.left), character(pair.right)));
  }
  return merges;
}
constexpr std::string_view kAsLine = R"("{} {}")", kAsList = R"(["{}","{}"])";

std::vector<MergeTable::Merge> read(const std::vector<std::string>& merges) {
  std::string vocabulary;
  for (TokenId id = 0; id < kCharacters; ++id) {
    vocabulary += fmt::format(R"("{}":{},)", character(id), id);
  }
  for (const Pair pair : all_pairs()) {
    vocabulary +=
        fmt::format(R"("{}{}":{},)", character(pair.left), character(pair.right), id_of(pair));
  }
  vocabulary.pop_back();
  return parse_tokenizer_json(
             fmt::format(R"({{"model":{{"type":"BPE","vocab":{{{}}},"merges":[{}]}}}})", vocabulary,
                         fmt::join(merges, ",")),
             "tokenizer.json")
      .merges;
}

void expect_read(const std::vector<Pair>& pairs, std::string_view format) {
  const std::vector<MergeTable::Merge> merges = read(merges_of(pairs, format));
  ASSERT_EQ(merges.size(), pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto& [left, right, result, rank] = merges[i];
    ASSERT_EQ(left, pairs[i].left) << i;
    ASSERT_EQ(right, pairs[i].right) << i;
    ASSERT_EQ(result, id_of(pairs[i])) << i;
    ASSERT_EQ(rank, i);
  }
}

TEST(MergeListTest, LongListsInTheOrderOfTheIdsAndInNone) {
  std::vector<Pair> pairs = all_pairs();
  expect_read(pairs, kAsLine);
  expect_read(pairs, kAsList);
  std::mt19937 random(5);  // NOLINT(cert-msc51-cpp)
  std::shuffle(pairs.begin(), pairs.end(), random);
  expect_read(pairs, kAsLine);
  for (const std::size_t few : {0U, 1U, 63U, 64U, 65U}) {
    pairs.resize(few);
    expect_read(pairs, kAsList);
  }
}

TEST(MergeListTest, TheFirstOfSeveralDamagedMergesIsTold) {
  const auto message_of = [](const std::vector<std::string>& merges) -> std::string {
    try {
      read(merges);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kCorrupt);
      return error.what();
    }
    return "nothing";
  };
  std::vector<std::string> merges = merges_of(all_pairs(), kAsLine);
  const std::size_t last = merges.size() - 1;
  merges[last] = "7";
  EXPECT_EQ(message_of(merges), fmt::format("tokenizer.json: merge {} is neither a string nor a "
                                            "pair of strings",
                                            last));
  merges[last - 1000] = R"("x y z")";
  EXPECT_EQ(message_of(merges),
            fmt::format("tokenizer.json: merge {} is \"x y z\", not two tokens", last - 1000));
  merges[80'000] = R"([""," "])";
  EXPECT_EQ(message_of(merges), "tokenizer.json: merge 80000 joins nothing");
  merges[70'000] = fmt::format(R"("{}{} {}")", character(0), character(1), character(2));
  EXPECT_EQ(message_of(merges),
            fmt::format("tokenizer.json: merge 70000 needs \"{}{}{}\", which is not in the "
                        "vocabulary",
                        character(0), character(1), character(2)));
  merges[3] = R"("a b")";
  EXPECT_EQ(message_of(merges),
            "tokenizer.json: merge 3 needs \"a\", which is not in the vocabulary");
}

}  // namespace
}  // namespace corpusmill
