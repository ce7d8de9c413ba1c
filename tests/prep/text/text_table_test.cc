#include "prep/text/text_table.h"

#include <gtest/gtest.h>

namespace corpusmill {
namespace {

TEST(DisplayWidth, EastAsianCharactersTakeTwoColumns) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("中文"), 4u);
  EXPECT_EQ(display_width("한글"), 4u);
  EXPECT_EQ(display_width("ＡＢ"), 4u);
  EXPECT_EQ(display_width("ﾊﾝｶｸ"), 4u);  // half-width kana
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(display_width("\xFF\xFE"), 2u);
}

TEST(Displayable, CutsAndSpellsControlCharacters) {
  EXPECT_EQ(displayable("short", 10), "short");
  EXPECT_EQ(displayable("exactly", 7), "exactly");
  EXPECT_EQ(displayable("too long", 5), "too …");
  EXPECT_EQ(displayable("中文字", 5), "中文…");
  EXPECT_EQ(displayable("a\n\x1b[2J", 40), "a\\n\\x1b[2J");
  EXPECT_EQ(displayable("\xFF", 4), "\xEF\xBF\xBD");
  for (const std::size_t columns : {1u, 2u, 3u, 4u, 5u}) {
    EXPECT_LE(display_width(displayable("中文abc\n", columns)), columns);
  }
}

TEST(TextTable, AlignsByColumnsNotBytes) {
  TextTable table({"name", "n"});
  EXPECT_TRUE(table.empty());
  table.add_row({"中文", "1"});
  table.add_row({"x", "1,000"});
  EXPECT_FALSE(table.empty());
  EXPECT_EQ(table.to_text(),
            "  name      n\n"
            "  中文      1\n"
            "  x     1,000\n");
}

}  // namespace
}  // namespace corpusmill
