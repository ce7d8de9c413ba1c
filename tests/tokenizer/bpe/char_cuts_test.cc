#include "tokenizer/bpe/char_cuts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "tokenizer/text/unicode_class.h"

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

TEST(CharCutsTest, OfTwoPartsSideBySideTheLastByteAndTheFirstTwoCount) {
  const std::string world = "世界";  // E4 B8 96, E7 95 8C
  const std::string one = world.substr(2, 2), two = world.substr(2, 3);
  // 丷 ends with B7, 盌 begins with E7 9B.
  EXPECT_EQ(cut({one}, "世界丷界世盌"), (Ends{6, 9, 12, 18}));
  EXPECT_EQ(cut({two}, "世界丷界世盌"), (Ends{6, 9, 12, 15, 18}));
}

TEST(CharCutsTest, FewOtherPairsStayTogether) {
  std::mt19937 random(3);
  std::vector<std::string> pieces;
  const auto any = [&] {
    std::string character;
    append_utf8(0x4E00 + static_cast<std::uint32_t>(random() % 0x5200), character);
    return character;
  };
  for (int i = 0; i < 2000; ++i) pieces.push_back(any() + any());
  std::string text;
  for (int i = 0; i < 20000; ++i) text += any();
  EXPECT_GT(cut(pieces, text).size(), 20000U / 100 * 99);
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

// ASCII and characters of three bytes.
const std::vector<std::string>& simple_characters() {
  static const std::vector<std::string> all = {"a", "世", "丗", "界", "与", "，", "가", "\uFFFC"};
  return all;
}

std::string random_text(std::mt19937& random, std::size_t characters_max) {
  const auto& alphabet = random() % 2 == 0 ? characters() : simple_characters();
  std::string text;
  for (std::size_t i = 1 + random() % characters_max; i > 0; --i) {
    text += alphabet[random() % alphabet.size()];
  }
  return text;
}

// Parts of such texts; the first and the last character of one may be cut.
std::vector<std::string> random_pieces(std::mt19937& random) {
  std::vector<std::string> pieces(random() % 12);
  for (std::string& piece : pieces) {
    const std::string source = random_text(random, 4);
    const std::size_t begin = random() % source.size();
    piece = source.substr(begin, 1 + random() % (source.size() - begin));
  }
  return pieces;
}

TEST(CharCutsTest, NoPieceThatOccursLiesAcrossACut) {
  std::mt19937 random(1);
  std::size_t cuts_seen = 0;
  for (int round = 0; round < 500; ++round) {
    const std::vector<std::string> pieces = random_pieces(random);
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

constexpr std::uint32_t kFlag = std::uint32_t{1} << 31;

// Where pretokens end, and the bits that say where they begin.
struct Pretokens {
  Ends ends;
  std::vector<std::uint64_t> words;

  PretokenStarts starts() const { return {words.data()}; }
  bool has(std::uint32_t at) const { return (words[at / 64] >> at % 64 & 1) != 0; }
};

// Of whole characters, also where a byte is none.
Pretokens random_pretokens(std::mt19937& random, std::string_view text) {
  Pretokens pretokens;
  pretokens.words.resize(text.size() / 64 + 3);
  pretokens.words[0] = 1;
  for (std::uint32_t at = 1; at <= text.size(); ++at) {
    const bool inside = at < text.size() && (text[at] & 0xC0) == 0x80 && text[at - 1] != '\xFF';
    if (at < text.size() && (inside || random() % 5 != 0)) continue;
    pretokens.ends.push_back(at);
    pretokens.words[at / 64] |= std::uint64_t{1} << at % 64;
  }
  return pretokens;
}

// The code point of a unit if it is one character, else kNoChar.
std::uint32_t char_of(std::string_view unit) {
  const DecodedChar decoded = decode_utf8(unit, 0);
  return decoded.bytes == unit.size() && decoded.code_point != 0xFFFD ? decoded.code_point
                                                                      : CharCuts::kNoChar;
}

// From one place to the next, as its caller does.
Ends cut_wide(CutWide cutter, const CharCuts& cuts, std::string_view text,
              const Pretokens& pretokens, std::size_t room, std::uint32_t flag = kFlag) {
  Ends all, ends(room), chars(room);
  std::uint32_t begin = 0;
  while (begin < text.size()) {
    const std::size_t count =
        cutter(cuts, text, pretokens.starts(), begin, flag, ends, chars.data());
    EXPECT_GT(count, 0U);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t from = i == 0 ? begin : ends[i - 1] & ~kFlag;
      const bool whole = flag != 0 && (ends[i] & flag) == 0;
      const std::uint32_t expected =
          whole ? CharCuts::kNoChar : char_of(text.substr(from, (ends[i] & ~kFlag) - from));
      // Of what is no character, any number that is no code point.
      EXPECT_EQ(chars[i] > 0x10FFFF ? CharCuts::kNoChar : chars[i], expected) << text << from;
    }
    all.insert(all.end(), ends.begin(), ends.begin() + static_cast<std::ptrdiff_t>(count));
    begin = all.back() & ~kFlag;
  }
  return all;
}

// Bytes that are no character, at random places.
void damage(std::mt19937& random, std::string& text) {
  static const char* const kBad[] = {"\xFF",     "\x96\x96\x96", "\xED\xA0\x80", "\xE0\x80\x80",
                                     "\xE4\xB8", "\xE4",         "\xE4\xC3",     "\xE4\xE4\xB8"};
  for (int i = 0; i < 5; ++i) {
    text.insert(random() % text.size(), kBad[random() % std::size(kBad)]);
  }
}

// What cut() says, without cuts inside of ASCII and with those of the pretokens.
Ends expected_wide(std::string_view text, const Pretokens& pretokens, const Ends& singly) {
  Ends expected;
  bool begins_pretoken = true;
  for (std::uint32_t at = 1; at <= text.size(); ++at) {
    const bool begins = pretokens.has(at);
    const bool ascii = at < text.size() && ((text[at] | text[at - 1]) & 0x80) == 0;
    if (!begins && (ascii || !std::binary_search(singly.begin(), singly.end(), at))) continue;
    expected.push_back(begins && begins_pretoken ? at : at | kFlag);
    begins_pretoken = begins;
  }
  return expected;
}

void expect_cut_like_one_by_one(CutWide cutter) {
  std::mt19937 random(2);
  for (int round = 0; round < 1000; ++round) {
    const std::vector<std::string> pieces = random_pieces(random);
    const std::vector<std::string_view> views(pieces.begin(), pieces.end());
    const CharCuts cuts(views);
    std::string text = random_text(random, 200);
    const bool malformed = round % 4 == 0;
    if (malformed) damage(random, text);
    const Pretokens pretokens = random_pretokens(random, text);
    const std::size_t room = CharCuts::kWideRoom + 1 + random() % 100;
    const Ends wide = cut_wide(cutter, cuts, text, pretokens, room);
    Ends without_flags = wide;
    for (std::uint32_t& end : without_flags) end &= ~kFlag;
    ASSERT_EQ(cut_wide(cutter, cuts, text, pretokens, room, 0), without_flags);
    const Ends singly = cut(cuts, text);
    if (!malformed) {
      ASSERT_EQ(wide, expected_wide(text, pretokens, singly)) << text;
      continue;
    }
    // Beside bytes that are no character there may be fewer cuts, but those of the pretokens.
    for (const std::uint32_t end : pretokens.ends) {
      ASSERT_TRUE(std::find(wide.begin(), wide.end(), end) != wide.end() ||
                  std::find(wide.begin(), wide.end(), end | kFlag) != wide.end());
    }
    for (const std::uint32_t end : wide) {
      ASSERT_TRUE(pretokens.has(end & ~kFlag) ||
                  std::binary_search(singly.begin(), singly.end(), end & ~kFlag))
          << end;
    }
  }
}

std::vector<CutWide> all_wide_cutters() {
  std::vector<CutWide> all = CharCuts::wide_cutters(false);
  all.push_back(CharCuts::wide_cutters(true).front());
  return all;
}

TEST(CharCutsTest, WideTextIsCutLikeOneByOneInEveryWay) {
  for (const CutWide cutter : all_wide_cutters()) expect_cut_like_one_by_one(cutter);
}

TEST(CharCutsTest, ALongRowOfBytesThatAreNoCharacterIsNotCut) {
  const CharCuts cuts({});
  for (const std::size_t bytes : {1U, 62U, 63U, 64U, 127U, 128U, 1000U}) {
    for (std::uint32_t before = 1; before < 20; ++before) {
      std::string text;
      Ends expected;
      for (std::uint32_t i = 0; i < before; ++i) {
        text += "世";
        if (i > 0) expected.push_back(3 * i | kFlag);
      }
      text += "\xFF" + std::string(bytes, '\x96') + "世世";
      const auto size = static_cast<std::uint32_t>(text.size());
      expected.insert(expected.end(), {(size - 3) | kFlag, size | kFlag});
      Pretokens pretokens{{size}, {}};
      pretokens.words.resize(size / 64 + 3);
      pretokens.words[0] = 1;
      pretokens.words[size / 64] |= std::uint64_t{1} << size % 64;
      for (const CutWide cutter : all_wide_cutters()) {
        ASSERT_EQ(cut_wide(cutter, cuts, text, pretokens, 100), expected) << bytes << before;
      }
    }
  }
}

}  // namespace
}  // namespace corpusmill
