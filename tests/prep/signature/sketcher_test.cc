#include "prep/signature/sketcher.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>
#include <string>

#include "common/digest.h"
#include "prep/signature/minima.h"
#include "prep/signature/shingle_set.h"

namespace corpusmill {
namespace {

TEST(LshShape, IsTheLargestRowsThatFindThePairs) {
  EXPECT_EQ(LshShape::for_threshold(0.8, 112), (LshShape{16, 7}));
  EXPECT_EQ(LshShape::for_threshold(0.7, 112), (LshShape{22, 5}));
  EXPECT_EQ(LshShape::for_threshold(1.0, 112), (LshShape{1, 112}));
  EXPECT_EQ(LshShape::for_threshold(0.01, 112), (LshShape{112, 1}));
  // datatrove's 14 x 8, by its own table.
  const LshShape fineweb{14, 8};
  EXPECT_NEAR(fineweb.recall(0.5), 0.053, 5e-4);
  EXPECT_NEAR(fineweb.recall(0.7), 0.565, 5e-4);
  EXPECT_NEAR(fineweb.recall(0.8), 0.924, 5e-4);
  EXPECT_NEAR(fineweb.recall(0.9), 0.9996, 5e-5);
}

std::vector<std::uint32_t> signature_of(const std::vector<std::uint64_t>& set,
                                        const MinimaFamily& family) {
  std::vector<std::uint32_t> signature(family.bins(), MinimaFamily::kEmpty);
  family.add(set, signature);
  family.fill(set, signature);
  return signature;
}

bool share_a_band(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b,
                  const LshShape& shape) {
  for (unsigned band = 0; band < shape.bands; ++band) {
    const auto begin = static_cast<std::ptrdiff_t>(band * shape.rows);
    if (std::equal(a.begin() + begin, a.begin() + begin + shape.rows, b.begin() + begin))
      return true;
  }
  return false;
}

// Sets of every size: the share of equal values is the similarity, without bias and with no more
// variance than independent permutations have, and pairs share a band as the S-curve says.
TEST(MinimaFamily, FollowTheSCurve) {
  std::mt19937_64 random(1);
  const LshShape shape{16, 7};
  const std::size_t count = shape.permutations();
  const MinimaFamily family(count);
  for (const std::size_t size : {5u, 10u, 20u, 50u, 100u, 300u, 1000u}) {
    for (const double target : {0.6, 0.8}) {
      const auto common = static_cast<std::size_t>(std::lround(target * static_cast<double>(size)));
      const double similarity = static_cast<double>(common) / static_cast<double>(size);
      const int pairs = size > 200 ? 1000 : 3000;
      double sum = 0, squares = 0, found = 0;
      for (int pair = 0; pair < pairs; ++pair) {
        std::vector<std::uint64_t> a, b;
        for (std::size_t i = 0; i < size; ++i) {
          const std::uint64_t hash = random();
          if (i < common || i % 2 == 0) a.push_back(hash);
          if (i < common || i % 2 == 1) b.push_back(hash);
        }
        const auto of_a = signature_of(a, family), of_b = signature_of(b, family);
        std::size_t equal = 0;
        for (std::size_t i = 0; i < count; ++i) equal += of_a[i] == of_b[i];
        const double estimate = static_cast<double>(equal) / static_cast<double>(count);
        sum += estimate;
        squares += estimate * estimate;
        found += share_a_band(of_a, of_b, shape);
      }
      const double mean = sum / pairs, variance = squares / pairs - mean * mean;
      const double independent = similarity * (1 - similarity) / static_cast<double>(count);
      // Five standard errors of what independent permutations would give.
      EXPECT_NEAR(mean, similarity, 5 * std::sqrt(independent / pairs)) << size;
      EXPECT_LT(variance, 1.1 * independent) << size;
      const double expected = shape.recall(similarity);
      const double error = std::sqrt(expected * (1 - expected) / pairs);
      EXPECT_NEAR(found / pairs, expected, 5 * error + 0.01) << size << " at " << similarity;
    }
  }
}

TEST(MinimaFamily, AreThoseOfTheSet) {
  std::mt19937_64 random(2);
  for (const std::size_t size : {1u, 3u, 40u, 400u}) {
    std::vector<std::uint64_t> set(size);
    for (std::uint64_t& hash : set) hash = random();
    std::vector<std::uint64_t> shuffled = set;
    shuffled.insert(shuffled.end(), set.begin(), set.end());
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    EXPECT_EQ(signature_of(set, MinimaFamily(112)), signature_of(shuffled, MinimaFamily(112)));
  }
}

// Numbered lines, tables and templates, whose shingles are as regular as text can make them, differ
// in a few fields. The mean error of the estimate over many pairs is nothing but chance.
TEST(Sketcher, StructuredTextIsEstimatedWithoutBias) {
  std::mt19937_64 random(6);
  const auto number = [&](std::uint64_t most) { return std::to_string(random() % most); };
  const auto make = [&](int kind, std::uint64_t line) -> std::string {
    switch (kind) {
      case 0:
        return "row " + std::to_string(line) + " value " + number(10) + "\n";
      case 1:
        return "{\"id\": " + std::to_string(line) + ", \"ok\": true, \"n\": " + number(4) + "}\n";
      case 2:
        return std::to_string(line) + "," + number(2) + "," + number(2) + ",0,0,0,1\n";
      default:
        return "第" + std::to_string(line) + "章 第" + number(9) + "节 的的的的的的\n";
    }
  };
  for (const char* const rule_text : {"chars:5", "units:5", "bytes:8"}) {
    const ShingleRule rule = ShingleRule::parse(rule_text);
    const Sketcher sketcher({rule, LshShape{16, 7}});
    const Shingler shingler(rule);
    for (int kind = 0; kind < 4; ++kind) {
      double error = 0;
      constexpr int kPairs = 400;
      for (int pair = 0; pair < kPairs; ++pair) {
        std::string a, b;
        const std::uint64_t lines = 3 + random() % 60, first = random() % 1000;
        for (std::uint64_t line = first; line < first + lines; ++line) {
          const std::string same = make(kind, line);
          a += same;
          b += random() % 5 == 0 ? make(kind, line) : same;
        }
        ShingleSet set_a, set_b;
        shingler.shingle(a, set_a);
        shingler.shingle(b, set_b);
        make_shingle_set(set_a);
        make_shingle_set(set_b);
        std::vector<std::uint32_t> of_a(112), of_b(112);
        sketcher.sign(a, of_a);
        sketcher.sign(b, of_b);
        double equal = 0;
        for (std::size_t i = 0; i < 112; ++i) equal += of_a[i] == of_b[i];
        error += equal / 112 - *similarity(set_a, set_b, SimilarityKind::kJaccard);
      }
      // Half is the most that one value deviates by; five standard errors.
      EXPECT_NEAR(error / kPairs, 0, 5 * 0.5 / std::sqrt(112.0 * kPairs))
          << rule_text << " " << kind;
    }
  }
}

std::vector<std::uint64_t> keys_of(const Sketcher& sketcher, std::string_view text) {
  std::vector<std::uint64_t> keys(sketcher.bands());
  sketcher.sketch(text, keys);
  return keys;
}

TEST(Sketcher, KeysAreAFunctionOfTheSetOfShingles) {
  const Sketcher sketcher({ShingleRule::parse("chars:5"), LshShape{16, 7}});
  ASSERT_EQ(sketcher.bands(), 16u);
  const auto keys = keys_of(sketcher, "the same letters again and again");
  EXPECT_EQ(keys, keys_of(sketcher, "the same letters again and again"));
  std::set<std::uint64_t> distinct(keys.begin(), keys.end());
  EXPECT_EQ(distinct.size(), 16u);
  for (const std::uint64_t key : keys) EXPECT_EQ(key >> 56, 0u);
  // A text of more than one run whose shingles are few is what one period and a bit of it is.
  const std::string period = "abcdefgh";
  std::string longer;
  for (int i = 0; i < 5000; ++i) longer += period;
  EXPECT_EQ(keys_of(sketcher, longer), keys_of(sketcher, period + period));
  EXPECT_EQ(keys_of(sketcher, std::string(100'000, 'a')), keys_of(sketcher, "aaaaa"));
}

// Stored indexes hold such keys: a change of these numbers is a change of the index's format.
TEST(Sketcher, KeysStayWhatTheyAre) {
  const std::string text =
      "It is a truth universally acknowledged, that a single man in possession of a good fortune, "
      "must be in want of a wife. 凡是有产业的单身汉，总要娶位太太，这已经成了一条举世公认的真理。"
      "ขอให้โชคดี Привет, мир! 안녕하세요 세계";
  std::string longer;
  for (int i = 0; i < 100; ++i) longer += std::to_string(i) + " " + text + "\n";
  const auto digest = [](std::string_view of, std::string_view rule) {
    const Sketcher sketcher({ShingleRule::parse(rule), LshShape{16, 7}});
    std::string keys;
    for (const std::uint64_t key : keys_of(sketcher, of)) keys += std::to_string(key) + " ";
    return digest_of(keys).hex();
  };
  EXPECT_EQ(digest(text, "units:5"), "1fd66dbed0376b3340823c74245b9167");
  EXPECT_EQ(digest(text, "words:3"), "f6177005ee807783d99d8afb9a8abdce");
  EXPECT_EQ(digest(text, "chars:5"), "1b62cd1ecef740fa63ab2750cc0941e3");
  EXPECT_EQ(digest(text, "bytes:20"), "978024a515378d8347f1d4c666383d9c");
  EXPECT_EQ(digest(longer, "units:13"), "b0e5ef5f3c583f287d2c58996077ace0");
  EXPECT_EQ(digest(longer, "chars:8"), "86e869eaf054e6972c5298a5c4a3810e");
  EXPECT_EQ(digest("short", "units:5"), "42657177449238f5c26e889b9730046b");
}

TEST(Sketcher, DistinctShortTextsShareNoKey) {
  const Sketcher sketcher({ShingleRule{}, LshShape{16, 7}});
  std::set<std::uint64_t> seen;
  std::size_t texts = 0;
  for (const std::string a : {"yes", "no", "是", "不是"}) {
    for (const std::string b : {"", " yes", " no", " 是", ".", " "}) {
      ++texts;
      for (const std::uint64_t key : keys_of(sketcher, a + b)) seen.insert(key);
    }
  }
  EXPECT_EQ(seen.size(), texts * 16);
}

}  // namespace
}  // namespace corpusmill
