#include "prep/exact/text_folder.h"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <random>

#include "common/error.h"
#include "prep/signature/han_table.h"
#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

std::string fold(std::string_view text, const std::vector<std::string>& names) {
  std::string folded;
  TextFolder(FoldRule::of(names)).fold(text, folded);
  return folded;
}

TEST(TextFolder, FoldsCase) {
  EXPECT_EQ(fold("Straße ÀÉ Σίσυφος", {"case"}), "strasse àé σίσυφοσ");
  EXPECT_EQ(fold("ΣΊΣΥΦΟΣ", {"case"}), fold("σίσυφος", {"case"}));
}

TEST(TextFolder, LeavesOutSpaceAndPunctuation) {
  EXPECT_EQ(fold(" a\tb\r\n\u00A0c\u3000d ", {"space"}), "abcd");
  EXPECT_EQ(fold("“a”, b—c! (d) 你好，世界。", {"punctuation"}), "a bc d 你好世界");
  EXPECT_EQ(fold("1 + 1 = 2 $", {"punctuation"}), "1 + 1 = 2 $");
}

TEST(TextFolder, FoldsWidth) {
  EXPECT_EQ(fold("ＡＢＣ　１２！￥", {"width"}), "ABC 12!¥");
  EXPECT_EQ(fold("ｶﾞｷﾞ ﾊﾟ", {"width"}), fold("ガギ パ", {"width"}));
  EXPECT_EQ(fold("ｶ", {"width"}), "カ");
}

TEST(TextFolder, FoldsTraditionalCharacters) {
  EXPECT_EQ(fold("漢語詞典 abc 臺灣", {"han"}), "汉语词典 abc 台湾");
  EXPECT_EQ(fold("汉语词典", {"han"}), "汉语词典");
  EXPECT_GT(simplified_han().size(), 2'000u);
}

TEST(TextFolder, FoldsAllAtOnce) {
  EXPECT_EQ(fold("Ｔｈｅ　漢語， \"ABC\"!", {"all"}), "the汉语abc");
  EXPECT_EQ(fold("", {"all"}), "");
  EXPECT_EQ(fold(std::string_view("a\0B", 3), {"case"}), std::string("a\0b", 3));
}

TEST(TextFolder, RefusesUnknownNames) {
  EXPECT_THROW(FoldRule::of({"case", "cases"}), Error);
  EXPECT_FALSE(FoldRule::of({}).any());
}

std::string random_text(std::mt19937_64& random) {
  std::string text;
  for (std::uint64_t count = random() % 30; count > 0; --count) {
    const std::uint64_t kind = random() % 4;
    const std::uint64_t drawn = kind == 0   ? 0x20 + random() % 0x60
                                : kind == 1 ? 0x4E00 + random() % 0x5000
                                : kind == 2 ? random() % 0x3000
                                            : random() % 0x110000;
    auto character = static_cast<char32_t>(drawn);
    if (character >= 0xD800 && character <= 0xDFFF) character = 'x';
    append_utf8(character, text);
  }
  return text;
}

// Slow and obvious: one character after the other, by what utf8proc says of each.
std::string reference(std::string_view text, const FoldRule& rule) {
  std::string folded;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_code_point(text, at);
    at += point.bytes;
    utf8proc_int32_t buffer[32] = {static_cast<utf8proc_int32_t>(point.value)};
    utf8proc_ssize_t count = 1;
    int boundary = 0;
    if (rule.case_) {
      count = utf8proc_decompose_char(buffer[0], buffer, 32, UTF8PROC_CASEFOLD, &boundary);
    }
    for (utf8proc_ssize_t i = 0; i < count; ++i) {
      const auto character = static_cast<char32_t>(buffer[i]);
      const std::string_view category = utf8proc_category_string(buffer[i]);
      if (rule.space && is_white_space(character)) continue;
      if (rule.punctuation && category[0] == 'P') continue;
      append_utf8(character, folded);
    }
  }
  return folded;
}

TEST(TextFolder, AgreesWithCharacterByCharacterOnRandomTexts) {
  std::mt19937_64 random(3);
  for (const std::vector<std::string>& names : std::vector<std::vector<std::string>>{
           {"case"}, {"space"}, {"punctuation"}, {"case", "space", "punctuation"}}) {
    const FoldRule rule = FoldRule::of(names);
    const TextFolder folder(rule);
    std::string folded;
    for (int i = 0; i < 3'000; ++i) {
      const std::string text = random_text(random);
      folder.fold(text, folded);
      ASSERT_EQ(folded, reference(text, rule)) << text;
    }
  }
}

TEST(TextFolder, TwiceIsOnce) {
  std::mt19937_64 random(4);
  const TextFolder folder(FoldRule::of({"all"}));
  std::string once, twice;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_text(random);
    folder.fold(text, once);
    folder.fold(once, twice);
    ASSERT_EQ(once, twice) << text;
  }
}

}  // namespace
}  // namespace corpusmill
