#include "tokenizer/added_tokens.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <utility>

namespace corpusmill {
namespace {

// Sections as text, tokens in brackets.
std::vector<std::string> split(const AddedTokenMatcher& matcher, std::string_view text,
                               bool special_as_text = false, std::size_t* specials = nullptr) {
  std::vector<TextSection> sections;
  const std::size_t count = matcher.split(text, special_as_text, sections);
  if (specials != nullptr) *specials = count;
  std::vector<std::string> shown;
  for (const TextSection& section : sections) {
    const std::string piece(section.text);
    shown.push_back(section.token == nullptr ? piece : "[" + piece + "]");
  }
  return shown;
}

using Shown = std::vector<std::string>;

TEST(AddedTokensTest, LeftmostThenLongest) {
  const AddedTokenMatcher matcher({{.content = "<a"}, {.content = "<ab>"}, {.content = "b><"}});
  EXPECT_EQ(split(matcher, "x<ab><a<ab"), (Shown{"x", "[<ab>]", "[<a]", "[<a]", "b"}));
  EXPECT_EQ(split(matcher, ""), Shown{});
  EXPECT_EQ(split(matcher, "plain"), Shown{"plain"});
}

TEST(AddedTokensTest, StripsTakeWhiteSpaceIn) {
  const AddedTokenMatcher matcher(
      {{.content = "<l>", .lstrip = true}, {.content = "<r>", .rstrip = true}});
  EXPECT_EQ(split(matcher, "a \u3000<l> b"), (Shown{"a", "[ \u3000<l>]", " b"}));
  EXPECT_EQ(split(matcher, "a <r> \n<l>b"), (Shown{"a ", "[<r> \n]", "[<l>]", "b"}));
}

TEST(AddedTokensTest, SingleWordWantsNoWordBesideIt) {
  const AddedTokenMatcher matcher({{.content = "tok", .single_word = true}});
  EXPECT_EQ(split(matcher, "tok, a tok"), (Shown{"[tok]", ", a ", "[tok]"}));
  EXPECT_EQ(split(matcher, "token _tok 中tok toktok"), Shown{"token _tok 中tok toktok"});
}

TEST(AddedTokensTest, SpecialsCountWhateverBecomesOfThem) {
  const AddedTokenMatcher matcher({{.content = "<s>", .special = true}, {.content = "<t>"}});
  std::size_t specials = 0;
  EXPECT_EQ(split(matcher, "a<s><t>b<s>", false, &specials),
            (Shown{"a", "[<s>]", "[<t>]", "b", "[<s>]"}));
  EXPECT_EQ(specials, 2U);
  EXPECT_EQ(split(matcher, "a<s><t>b<s>", true, &specials), (Shown{"a<s>", "[<t>]", "b<s>"}));
  EXPECT_EQ(specials, 2U);
}

TEST(AddedTokensTest, ManyTokensAreFoundWhereverTheyStand) {
  std::mt19937 random(1);
  const auto piece = [&](std::size_t bytes_max) {
    std::string text;
    for (std::size_t left = 1 + random() % bytes_max; left > 0; --left) {
      text += "<| \nab\xE4"[random() % 8];
    }
    return text;
  };
  for (int round = 0; round < 300; ++round) {
    std::set<std::string> contents;
    for (std::size_t left = 1 + random() % 40; left > 0; --left) contents.insert(piece(6));
    std::vector<AddedToken> tokens;
    for (const std::string& content : contents) tokens.push_back({.content = content});
    const AddedTokenMatcher matcher(tokens);
    const std::string text = piece(300) + std::string(random() % 100, 'x') + piece(50);
    Shown expected;
    std::string plain;
    const auto add_plain = [&] {
      if (!plain.empty()) expected.push_back(std::exchange(plain, {}));
    };
    for (std::size_t at = 0; at < text.size();) {
      std::string longest;
      for (const std::string& content : contents) {
        if (text.compare(at, content.size(), content) == 0 && content.size() > longest.size()) {
          longest = content;
        }
      }
      if (longest.empty()) {
        plain += text[at++];
      } else {
        add_plain();
        expected.push_back("[" + longest + "]");
        at += longest.size();
      }
    }
    add_plain();
    ASSERT_EQ(split(matcher, text), expected) << testing::PrintToString(text);
  }
}

TEST(AddedTokensTest, ThePortableScannerMissesNothing) {
  const std::vector<std::string_view> strings = {"<|x", "\n", "ab"};
  const std::string text =
      "a<|<|x..ab." + std::string(70, '.') + "\n" + std::string(40, '.') + "ab";
  for (const bool simd : {false, true}) {
    const PrefixScanner scanner(strings, simd);
    EXPECT_EQ(scanner.next(text, 7), 8U);
    EXPECT_EQ(scanner.next(text, 9), 81U);
    EXPECT_EQ(scanner.next(text, 82), 122U);
    EXPECT_EQ(scanner.next(text, 123), text.size());
  }
}

}  // namespace
}  // namespace corpusmill
