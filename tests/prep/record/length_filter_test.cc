#include "prep/record/length_filter.h"

#include <gtest/gtest.h>

#include "common/error.h"

namespace corpusmill {
namespace {

TEST(CountCodePoints, CountsCharactersOfEveryWidth) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("abc"), 3U);
  EXPECT_EQ(count_code_points("é"), 1U);
  EXPECT_EQ(count_code_points("白日依山盡"), 5U);
  EXPECT_EQ(count_code_points("a\xF0\x9F\x98\x80z"), 3U);
  EXPECT_EQ(count_code_points("e\xCC\x81"), 2U) << "a combining mark is a code point of its own";
  EXPECT_EQ(count_code_points(std::string(100'000, 'x') + "盡"), 100'001U);
}

TEST(LengthLimits, AreInclusiveAndCountEachUnit) {
  LengthLimits limits;
  limits.min_chars = 2;
  limits.max_chars = 3;
  EXPECT_EQ(limits.refuses_text("山"), DropReason::kTooShort);
  EXPECT_EQ(limits.refuses_text("山水"), std::nullopt);
  EXPECT_EQ(limits.refuses_text("山水花"), std::nullopt);
  EXPECT_EQ(limits.refuses_text("山水花月"), DropReason::kTooLong);

  LengthLimits in_bytes;
  in_bytes.min_bytes = 3;
  in_bytes.max_bytes = 6;
  EXPECT_EQ(in_bytes.refuses_text("ab"), DropReason::kTooShort);
  EXPECT_EQ(in_bytes.refuses_text("山"), std::nullopt);
  EXPECT_EQ(in_bytes.refuses_text("山水a"), DropReason::kTooLong);

  LengthLimits in_tokens;
  in_tokens.min_tokens = 1;
  in_tokens.max_tokens = 2;
  EXPECT_EQ(in_tokens.refuses_tokens(0), DropReason::kTooShort);
  EXPECT_EQ(in_tokens.refuses_tokens(2), std::nullopt);
  EXPECT_EQ(in_tokens.refuses_tokens(3), DropReason::kTooLong);
  EXPECT_FALSE(in_tokens.limits_text());
}

TEST(LengthLimits, TooShortWinsOverTooLong) {
  LengthLimits limits;
  limits.min_chars = 3;
  limits.max_bytes = 4;
  EXPECT_EQ(limits.refuses_text("山水"), DropReason::kTooShort);
}

TEST(LengthLimits, RefusesAMinimumAboveItsMaximum) {
  LengthLimits limits;
  limits.min_tokens = 5;
  limits.max_tokens = 4;
  EXPECT_THROW(limits.check(), Error);
  limits.max_tokens = 5;
  EXPECT_NO_THROW(limits.check());
}

TEST(LengthLimits, SaysWhichRuleWasBroken) {
  LengthLimits limits;
  limits.min_chars = 2;
  limits.max_bytes = 6;
  EXPECT_EQ(describe_text_refusal(limits, "山"), "1 characters, fewer than --min-chars 2");
  EXPECT_EQ(describe_text_refusal(limits, "山水花"), "9 bytes, more than --max-bytes 6");
  EXPECT_EQ(describe_text_refusal(limits, "山水"), "");
}

}  // namespace
}  // namespace corpusmill
