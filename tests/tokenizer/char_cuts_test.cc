#include "tokenizer/char_cuts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace corpusmill {
namespace {

using Ends = std::vector<std::uint32_t>;

Ends cut(const CharCuts& cuts, std::string_view text, std::size_t room = 1000) {
  Ends all, ends(room);
  std::uint32_t begin = 0;
  while (begin < text.size()) {
    const std::size_t count =
        cuts.cut(text, begin, static_cast<std::uint32_t>(text.size()), std::span(ends));
    all.insert(all.end(), ends.begin(), ends.begin() + static_cast<std::ptrdiff_t>(count));
    begin = all.back();
  }
  return all;
}

Ends cut(const std::vector<std::string>& pieces, std::string_view text) {
  const std::vector<std::string_view> views(pieces.begin(), pieces.end());
  return cut(CharCuts(views), text);
}

TEST(CharCutsTest, CutsWhereNoPieceHasTheTwoCharacters) {
  EXPECT_EQ(cut({}, "aé世😀z"), (Ends{1, 3, 6, 10, 11}));
  EXPECT_EQ(cut({"世界", "ab"}, "世界人ab世"), (Ends{6, 9, 11, 14}));
  EXPECT_EQ(cut({"x世界y"}, "x界世y世界"), (Ends{1, 4, 7, 8, 14}));
  EXPECT_EQ(cut({"世界"}, "世"), (Ends{3}));
}

TEST(CharCutsTest, APieceThatHoldsPartOfACharacterKeepsItsNeighbours) {
  const std::string world = "世界";  // E4 B8 96, E7 95 8C
  EXPECT_EQ(cut({world.substr(0, 4)}, "世界人"), (Ends{6, 9}));
  EXPECT_EQ(cut({world.substr(2)}, "世界人"), (Ends{6, 9}));
  EXPECT_EQ(cut({world.substr(2, 2)}, "世界人"), (Ends{6, 9}));
  EXPECT_EQ(cut({world.substr(1, 3)}, "世人界"), (Ends{3, 6, 9}));
  EXPECT_EQ(cut({" \xE4"}, " 世界 界"), (Ends{4, 7, 8, 11}));
}

TEST(CharCutsTest, NoCutBesideBytesThatAreNoCharacter) {
  EXPECT_EQ(cut({}, "世\xE4\xB8界\xFFz世"), (Ends{9 + 1, 13}));
  EXPECT_EQ(cut({}, "\xB8\xB8\xB8"), (Ends{3}));
}

// Characters of one to four bytes, some of which share first or last bytes.
const std::vector<std::string>& characters() {
  static const std::vector<std::string> all = {"a",  "b",  "é",  "è", "ё", "世",
                                               "丗", "界", "与", "😀", "😁", "\u00A0"};
  return all;
}

std::string random_text(std::mt19937& random, std::size_t characters_max) {
  std::string text;
  for (std::size_t i = 1 + random() % characters_max; i > 0; --i) {
    text += characters()[random() % characters().size()];
  }
  return text;
}

TEST(CharCutsTest, NoPieceThatOccursLiesAcrossACut) {
  std::mt19937 random(1);
  std::size_t cuts_seen = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> pieces(random() % 12);
    for (std::string& piece : pieces) {
      const std::string source = random_text(random, 4);
      const std::size_t begin = random() % source.size();
      piece = source.substr(begin, 1 + random() % (source.size() - begin));
    }
    const std::vector<std::string_view> views(pieces.begin(), pieces.end());
    const CharCuts cuts(views);
    const std::string text = random_text(random, 40);
    const Ends ends = cut(cuts, text);
    ASSERT_EQ(ends.back(), text.size());
    ASSERT_EQ(cut(cuts, text, 1), ends);
    ASSERT_EQ(cut(cuts, text, 3), ends);
    cuts_seen += ends.size() - 1;
    for (const std::string& piece : pieces) {
      for (std::size_t at = text.find(piece); at != text.npos; at = text.find(piece, at + 1)) {
        for (const std::uint32_t end : ends) {
          ASSERT_FALSE(at < end && end < at + piece.size()) << text << " " << piece << " " << end;
        }
      }
    }
  }
  EXPECT_GT(cuts_seen, 2000U);
}

}  // namespace
}  // namespace corpusmill
