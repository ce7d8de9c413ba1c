#include "prep/record/line_classifier.h"

#include <gtest/gtest.h>

#include <string>

#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

TEST(LineClassifierTest, BlankIsAllWhiteSpace) {
  EXPECT_TRUE(is_blank(""));
  for (char32_t c = 0; c < 0x3100; ++c) {
    std::string spelled;
    append_utf8(c, spelled);
    EXPECT_EQ(is_blank(spelled), is_white_space(c)) << static_cast<std::uint32_t>(c);
    EXPECT_EQ(is_blank(" \r" + spelled + "\t\n"), is_white_space(c));
  }
}

}  // namespace
}  // namespace corpusmill
