#include "tokenizer/text/text_normalizer.h"

#include <gtest/gtest.h>

#include <string>

namespace corpusmill {
namespace {

using Form = TextNormalizer::Form;

std::string normalized(Form form, std::string_view text) {
  std::string scratch = "left over";
  return std::string(TextNormalizer(form).normalize(text, scratch));
}

TEST(TextNormalizerTest, PlainTextIsNotCopied) {
  const std::string text = "plain, \u00E9 \u4E2D\u6587\uFF0C\u3042 \uD55C " + std::string(100, 'x');
  std::string scratch;
  EXPECT_EQ(TextNormalizer(Form::kNfc).normalize(text, scratch).data(), text.data());
  EXPECT_EQ(TextNormalizer(Form::kNone).normalize("e\u0301", scratch), "e\u0301");
}

TEST(TextNormalizerTest, ComposesWhereverItStands) {
  for (std::size_t before = 0; before < 70; ++before) {
    const std::string plain(before, 'a');
    EXPECT_EQ(
        normalized(Form::kNfc, plain + "e\u0323\u0301" + plain + "\u1100\u1161\u11A8" + plain),
        plain + "\u1EB9\u0301" + plain + "\uAC01" + plain);
    EXPECT_EQ(normalized(Form::kNfkc, plain + "\uFF21\uFB01e\u0301\u3000" + plain),
              plain + "Afi\u00E9 " + plain);
  }
  EXPECT_EQ(normalized(Form::kNfc, "\u0301\u0323"), "\u0323\u0301");
  EXPECT_EQ(normalized(Form::kNfc, "\uFF21"), "\uFF21");
}

TEST(TextNormalizerTest, KnowsNothingSinceUnicode10) {
  EXPECT_EQ(normalized(Form::kNfc, "e\u1ABF\u0301\u0323"), "e\u1ABF\u0323\u0301");
  EXPECT_EQ(normalized(Form::kNfkc, "\u32FF"), "\u32FF");
}

TEST(TextNormalizerTest, BytesThatAreNotUtf8DoNotMatter) {
  EXPECT_EQ(normalized(Form::kNfc, "a\xCC"), "a\xCC");
  EXPECT_EQ(normalized(Form::kNfc, "\x80\xFF\xCC\x80"), "\x80\xFF\xCC\x80");
}

}  // namespace
}  // namespace corpusmill
