#include "tokenizer/added_tokens.h"

#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace corpusmill
