#include "tokenizer/char_bpe/char_bpe_cutter.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill {
namespace {

const std::vector<std::string_view> kPieces = {" a",   " ab", "  ", "the", " the", "x,",
                                               "中文", "é中", "a😀", "12",  "1.2",  "!?"};

// Asks for few ends at once, so that every cut is gone on from.
std::vector<std::uint32_t> all_ends(const CharBpeCutter& cutter, std::string_view text) {
  std::vector<std::uint32_t> all;
  std::uint32_t ends[80];
  for (std::uint32_t at = 0; at < text.size(); at = all.back()) {
    const std::size_t count = cutter.cut(text, at, ends);
    if (count == 0) throw std::logic_error("no progress");
    all.insert(all.end(), ends, ends + count);
  }
  return all;
}

std::string random_text(std::mt19937& random) {
  std::string text;
  for (auto parts = random() % 60; parts > 0; --parts) {
    switch (random() % 5) {
      case 0:
        text += kPieces[random() % kPieces.size()];
        break;
      case 1:
        text.append(random() % 100, "a1 "[random() % 3]);
        break;
      case 2:
        text += "字";
        break;
      default:
        text += static_cast<char>(random() % 128);
    }
  }
  return text;
}

class CharBpeCutterTest : public ::testing::Test {
 protected:
  CharBpeSpec spec_;
  CharBpeAlphabet alphabet_{spec_, kPieces};
};

TEST_F(CharBpeCutterTest, CutsNoPieceInTwo) {
  const CharBpeCutter cutter(alphabet_, kPieces, false);
  for (const std::string_view piece : kPieces) {
    const std::string text = "~" + std::string(piece) + "~";
    const auto inside = static_cast<std::uint32_t>(text.size() - 1);
    EXPECT_EQ(all_ends(cutter, text), (std::vector<std::uint32_t>{1, inside, inside + 1})) << text;
  }
}

TEST_F(CharBpeCutterTest, CutsAlikeOnEveryProcessor) {
  std::mt19937 random(3);
  for (const bool before_space : {false, true}) {
    std::vector<CharBpeCutter> cutters;
    for (const CharBpeCutter::Cut way : CharBpeCutter::ways()) {
      cutters.emplace_back(alphabet_, kPieces, before_space, way);
    }
    std::size_t more = 0, all = 0;
    for (int i = 0; i < 2000; ++i) {
      const std::string text = random_text(random);
      const auto expected = all_ends(cutters.back(), text);
      // Few rows of pairs: the covering is exact.
      for (const CharBpeCutter& cutter : cutters) ASSERT_EQ(all_ends(cutter, text), expected);
      all += expected.size();
      more += expected.size() > 1;
    }
    EXPECT_GT(more, 1000U);
    EXPECT_GT(all, 10000U);
  }
}

TEST_F(CharBpeCutterTest, CutsWideTextWhereverItMay) {
  std::mt19937 random(4);
  for (const bool before_space : {false, true}) {
    const CharBpeCutter cutter(alphabet_, kPieces, before_space);
    for (int i = 0; i < 1000; ++i) {
      const std::string text = random_text(random);
      std::vector<std::uint32_t> ends, expected;
      std::uint32_t some[7];
      for (std::uint32_t at = 0; at < text.size(); at = ends.back()) {
        const std::size_t count = cutter.cut_wide(text, at, some);
        ASSERT_GT(count, 0U);
        ends.insert(ends.end(), some, some + count);
      }
      for (std::size_t at = 0; at < text.size();) {
        const DecodedChar left = decode_utf8(text, at);
        at += left.bytes;
        const bool cuts =
            at == text.size() || cutter.may_cut(left.code_point, decode_utf8(text, at).code_point);
        if (cuts) expected.push_back(static_cast<std::uint32_t>(at));
      }
      ASSERT_EQ(ends, expected) << text;
    }
  }
}

// With more kinds of pairs than there are groups some places stay uncut, and none is cut wrongly.
TEST_F(CharBpeCutterTest, CutsOnlyWhereItMay) {
  std::mt19937 random(5);
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) {
    texts.push_back({static_cast<char>(33 + random() % 90), static_cast<char>(33 + random() % 90)});
  }
  const std::vector<std::string_view> pieces(texts.begin(), texts.end());
  const CharBpeAlphabet alphabet(spec_, pieces);
  const CharBpeCutter cutter(alphabet, pieces, false);
  std::size_t may = 0, did = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string text = random_text(random) + "~";
    for (const std::uint32_t end : all_ends(cutter, text)) {
      if (end == text.size()) continue;
      const auto left = static_cast<unsigned char>(text[end - 1]);
      const auto right = static_cast<unsigned char>(text[end]);
      ASSERT_TRUE(left >= 128 || right >= 128 || cutter.may_cut(left, right)) << text;
      ++did;
    }
    for (std::size_t at = 1; at < text.size(); ++at) {
      const auto left = static_cast<unsigned char>(text[at - 1]);
      const auto right = static_cast<unsigned char>(text[at]);
      may += left < 128 && right < 128 && cutter.may_cut(left, right);
    }
  }
  EXPECT_GT(did, may / 3);
}

}  // namespace
}  // namespace corpusmill
