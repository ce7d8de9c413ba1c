#include "common/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "common/progress_line.h"

namespace corpusmill {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ProgressState half_done() {
  return {.bytes = 50'000'000,
          .bytes_total = 100'000'000,
          .documents = 20'000,
          .drops = 1234,
          .seconds = 2};
}

TEST(ProgressLine, SaysRateDropsAndTimeLeft) {
  EXPECT_EQ(progress_line("clean", half_done()),
            "clean: 50%, 25.0 MB/s, 10,000 documents/s, 1,234 dropped, 2.0 s left");
}

TEST(ProgressLine, UnknownTotalHasNoPercentAndNoEta) {
  ProgressState state = half_done();
  state.bytes_total = 0;
  EXPECT_THAT(progress_line("clean", state), Not(HasSubstr("%")));
  EXPECT_THAT(progress_line("clean", state), Not(HasSubstr("left")));
}

TEST(ProgressLine, NothingReadYet) {
  EXPECT_EQ(progress_line("x", {.bytes_total = 10}), "x: 0%, 0.0 MB/s, 0 documents/s");
}

TEST(ProgressBar, NeverWiderThanTheTerminal) {
  EXPECT_THAT(progress_bar("clean", half_done(), 200), HasSubstr("[============            ]"));
  for (const std::size_t columns : {0u, 1u, 10u, 80u}) {
    EXPECT_LE(progress_bar("clean", half_done(), columns).size(), columns);
  }
  ProgressState grown = half_done();
  grown.bytes = 3 * grown.bytes_total;  // the file grew while it was read
  EXPECT_THAT(progress_bar("clean", grown, 200), HasSubstr("100%"));
}

TEST(FormatDuration, FromMillisecondsToHours) {
  EXPECT_EQ(format_duration(0.0123), "12 ms");
  EXPECT_EQ(format_duration(12.34), "12.3 s");
  EXPECT_EQ(format_duration(245), "4 min 05 s");
  EXPECT_EQ(format_duration(11520), "3 h 12 min");
}

TEST(WithSeparators, EveryThreeDigits) {
  EXPECT_EQ(with_separators(0), "0");
  EXPECT_EQ(with_separators(999), "999");
  EXPECT_EQ(with_separators(1000), "1,000");
  EXPECT_EQ(with_separators(12'345'678), "12,345,678");
}

TEST(Progress, EndsAtOnceAndPrintsNothingForShortWork) {
  testing::internal::CaptureStderr();
  const auto begin = std::chrono::steady_clock::now();
  {
    Progress progress("clean", 100, false);
    progress.add_bytes(100);
    progress.add_documents(1);
    progress.add_drops(1);
  }
  // Far below the ten seconds after which a line would be printed.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace corpusmill
