#include "prep/text/utf8.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <array>
#include <string>

#include "prep/text/terminal_text.h"

namespace corpusmill {
namespace {

bool is_valid(std::string_view text) {
  return find_invalid_utf8(text) == text.npos;
}

TEST(Utf8, EveryCodePointRoundTrips) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text;
    append_utf8(c, text);
    const CodePoint decoded = decode_code_point(text, 0);
    ASSERT_EQ(decoded.value, c);
    ASSERT_EQ(decoded.bytes, text.size());
  }
}

TEST(Utf8, AllStringsOfThreeBytes) {
  std::array<char, 3> text{};
  for (unsigned value = 0; value < 1U << 24; ++value) {
    text = {static_cast<char>(value >> 16), static_cast<char>(value >> 8),
            static_cast<char>(value)};
    // Three ASCII bytes and their like are not worth the time.
    if ((value & 0x808080U) == 0) continue;
    ASSERT_EQ(is_valid({text.data(), 3}), simdjson::validate_utf8(text.data(), 3)) << value;
  }
}

TEST(Utf8, FourBytesAtEveryBoundary) {
  constexpr std::array<int, 14> kEdges = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
                                          0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xF0, 0xFF};
  std::array<char, 4> text{};
  for (int first = 0xE0; first < 0x100; ++first) {
    for (int second = 0; second < 0x100; ++second) {
      for (const int third : kEdges) {
        for (const int fourth : kEdges) {
          text = {static_cast<char>(first), static_cast<char>(second), static_cast<char>(third),
                  static_cast<char>(fourth)};
          ASSERT_EQ(is_valid({text.data(), 4}), simdjson::validate_utf8(text.data(), 4));
        }
      }
    }
  }
}

TEST(Utf8, NamesTheFirstBadByte) {
  EXPECT_EQ(find_invalid_utf8("é\xE4\xB8"), 2);
  EXPECT_EQ(find_invalid_utf8("ab\xE4\xB8\xAD\xC3("), 5);
  EXPECT_EQ(find_invalid_utf8(""), std::string_view::npos);
}

TEST(TerminalText, NothingReachesTheTerminalThatActsOnIt) {
  EXPECT_EQ(terminal_text("a\x1B[2J\n\t\x7F\xC2\x9B"
                          "b\xE2\x80\xAE"
                          "c\xFF\\"),
            "a\\u{1b}[2J\\n\\t\\u{7f}\\u{9b}b\\u{202e}c\\xff\\");
  EXPECT_EQ(terminal_text("汉字é!", 2), "汉字… (2 more)");
  EXPECT_EQ(terminal_text("汉字é!", 4), "汉字é!");
}

}  // namespace
}  // namespace corpusmill
