#include "prep/signature/shingler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

#include "common/error.h"
#include "prep/signature/shingle_set.h"
#include "tests/reference/textbook_shingles.h"
#include "tests/support/mixed_text.h"

namespace corpusmill {
namespace {

std::vector<std::uint64_t> shingles_of(std::string_view text, std::string_view rule) {
  std::vector<std::uint64_t> hashes;
  Shingler(ShingleRule::parse(rule)).shingle(text, hashes);
  return hashes;
}

std::size_t distinct_in(std::vector<std::uint64_t> hashes) {
  make_shingle_set(hashes);
  return hashes.size();
}

TEST(ShingleRule, ParsesAndWrites) {
  for (const std::string rule : {"units:5", "chars:1", "words:13", "bytes:64"}) {
    EXPECT_EQ(ShingleRule::parse(rule).text(), rule);
  }
  for (const std::string rule :
       {"", "units", "units:", "units:0", "units:65", "units:-1", "chars:5x", "lines:5", ":5"}) {
    EXPECT_THROW(ShingleRule::parse(rule), Error) << rule;
  }
  EXPECT_EQ(ShingleRule{}, ShingleRule::parse("units:5"));
}

TEST(Shingler, CountsShingles) {
  EXPECT_EQ(shingles_of("a b c d e f", "units:5").size(), 2u);
  EXPECT_EQ(shingles_of("a b c d e f", "chars:5").size(), 7u);
  EXPECT_EQ(shingles_of("aaaaaaaaaa", "chars:5").size(), 6u);
  EXPECT_EQ(distinct_in(shingles_of("aaaaaaaaaa", "chars:5")), 1u);
  EXPECT_EQ(shingles_of("中文 words 和文", "units:2").size(), 4u);
  EXPECT_EQ(shingles_of("中文 words 和文", "words:2").size(), 2u);
  EXPECT_EQ(shingles_of("中文", "bytes:5").size(), 2u);
  EXPECT_EQ(shingles_of("", "units:5").size(), 1u);
}

TEST(Shingler, WhiteSpaceBetweenUnitsIsNoPartOfThem) {
  EXPECT_EQ(shingles_of("one two three", "words:3"),
            shingles_of(" one\n\ntwo\u3000three ", "words:3"));
  EXPECT_EQ(shingles_of("一 二\n三四五", "units:5"), shingles_of("一二三四五", "units:5"));
  EXPECT_NE(shingles_of("one two", "chars:5"), shingles_of("one  two", "chars:5"));
}

// Fewer units than a shingle has: the whole raw text.
TEST(Shingler, DistinctShortTextsAreNeverAlike) {
  const std::vector<std::string> words = {"yes", "no", "one", "two", "是", "不", "Yes", "yes."};
  std::map<std::uint64_t, std::string> seen;
  std::size_t texts = 0;
  const auto add = [&](const std::string& text) {
    ++texts;
    const std::vector<std::uint64_t> hashes = shingles_of(text, "units:5");
    ASSERT_EQ(hashes.size(), 1u) << text;
    EXPECT_TRUE(seen.emplace(hashes[0], text).second) << text << " and " << seen[hashes[0]];
  };
  for (const std::string& a : words) {
    add(a);
    add(a + " ");
    for (const std::string& b : words) {
      add(a + " " + b);
      for (const std::string& c : words) {
        add(a + " " + b + " " + c);
        for (const std::string& d : words) add(a + " " + b + "  " + c + " " + d);
      }
    }
  }
  EXPECT_EQ(seen.size(), texts);
}

TEST(Shingler, RunsGiveTheSameAsTheWhole) {
  std::mt19937_64 random(5);
  struct Runs : ShingleSink {
    void take(std::span<const std::uint64_t> hashes) override {
      EXPECT_LE(hashes.size(), Shingler::kRunMax);
      EXPECT_FALSE(hashes.empty());
      all.insert(all.end(), hashes.begin(), hashes.end());
    }
    std::vector<std::uint64_t> all;
  };
  for (const std::size_t units : {0u, 1u, 2046u, 2047u, 2048u, 2049u, 2050u, 4096u, 9000u}) {
    std::string text;
    for (std::size_t i = 0; i < units; ++i) text += static_cast<char>('a' + random() % 26);
    for (const unsigned length : {1u, 2u, 5u, 64u}) {
      const Shingler shingler({ShingleUnit::kChars, length});
      Runs runs;
      shingler.shingle(text, runs);
      std::vector<std::uint64_t> whole;
      shingler.shingle(text, whole);
      EXPECT_EQ(runs.all, whole);
      ASSERT_EQ(whole.size(), units >= length ? units - length + 1 : 1) << units << " " << length;
    }
  }
}

// Sets of hashes are as large, and have as much in common, as sets of the shingles themselves.
TEST(Shingler, SetsAgreeWithTheTextbook) {
  std::mt19937_64 random(17);
  const std::vector<std::string> rules = {"units:5", "units:1", "units:2", "chars:5", "chars:2",
                                          "words:3", "words:5", "bytes:5", "bytes:9", "chars:17"};
  for (int round = 0; round < 1500; ++round) {
    std::string a = testing_support::mixed_text(random, random() % 200);
    // The same with a piece moved out, so that pairs of every similarity come up.
    std::string b = a + testing_support::mixed_text(random, random() % 40);
    if (random() % 3 == 0) b = testing_support::mixed_text(random, random() % 200);
    for (const std::string& rule_text : rules) {
      const ShingleRule rule = ShingleRule::parse(rule_text);
      const std::set<std::string> expected_a = textbook::shingles(a, rule);
      const std::set<std::string> expected_b = textbook::shingles(b, rule);
      ShingleSet set_a = shingles_of(a, rule_text), set_b = shingles_of(b, rule_text);
      make_shingle_set(set_a);
      make_shingle_set(set_b);
      ASSERT_EQ(set_a.size(), expected_a.size()) << rule_text << ": " << a;
      ASSERT_EQ(set_b.size(), expected_b.size()) << rule_text << ": " << b;
      for (const SimilarityKind kind : {SimilarityKind::kJaccard, SimilarityKind::kContainment}) {
        ASSERT_EQ(similarity(set_a, set_b, kind),
                  textbook::similarity(expected_a, expected_b, kind))
            << rule_text << ":\n"
            << a << "\n"
            << b;
      }
    }
  }
}

}  // namespace
}  // namespace corpusmill
