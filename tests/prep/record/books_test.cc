#include "prep/record/books.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error.h"
#include "common/options.h"
#include "prep/stage/run_summary.h"

namespace corpusmill {
namespace {

Books one_of_each() {
  Books books;
  for (std::size_t i = 0; i < kDropReasonCount; ++i) {
    for (std::size_t n = 0; n <= i; ++n) {
      books.count_in(10 + i);
      books.count_dropped(static_cast<DropReason>(i), 10 + i);
    }
  }
  books.count_in(7);
  books.count_kept(7);
  return books;
}

TEST(Books, CloseWhenEveryLineIsAccountedFor) {
  Books books = one_of_each();
  books.check_closed();
  books.count_in(0);
  EXPECT_THROW(books.check_closed(), Error);  // a line without bytes counts too
}

TEST(Books, BytesMustCloseToo) {
  Books books;
  books.count_in(5);
  books.count_kept(4);
  try {
    books.check_closed();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kInternal);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("1 lines of 5 bytes came in"));
  }
}

TEST(Books, AddUp) {
  Books sum = one_of_each();
  sum += one_of_each();
  sum.check_closed();
  EXPECT_EQ(sum.in().lines, 2 * one_of_each().in().lines);
  EXPECT_EQ(sum.dropped(DropReason::kTooLong).bytes,
            2 * one_of_each().dropped(DropReason::kTooLong).bytes);
}

TEST(Books, ClassesPartitionTheReasons) {
  const Books books = one_of_each();
  Tally sum;
  for (const DropClass drop_class :
       {DropClass::kEmptyLine, DropClass::kRejected, DropClass::kFiltered,
        DropClass::kExactDuplicate, DropClass::kNearDuplicate}) {
    sum += books.dropped(drop_class);
  }
  EXPECT_EQ(sum, books.dropped_in_all());
}

TEST(Books, JsonHoldsEveryReasonOnceAndRoundTrips) {
  const Books books = one_of_each();
  const nlohmann::json json = books.to_json();
  const std::size_t named = json["rejected"].size() + json["filtered"].size() + 3;
  EXPECT_EQ(named, kDropReasonCount);
  EXPECT_FALSE(json["rejected"].contains("empty_line"));
  EXPECT_EQ(json["empty_lines"], books.dropped(DropReason::kEmptyLine).lines);
  EXPECT_EQ(json["rejected"]["invalid_json"], books.dropped(DropReason::kInvalidJson).lines);
  EXPECT_EQ(Books::from_json(json), books);
  EXPECT_EQ(Books().to_json()["rejected"]["invalid_utf8"], 0);
}

TEST(Books, OfBeforeRepeatedLinesWereKnownAreRead) {
  nlohmann::json json = Books().to_json();
  json["filtered"].erase("only_repeats");
  json["dropped_bytes"].erase("only_repeats");
  EXPECT_EQ(Books::from_json(json), Books());
}

TEST(Books, DamagedJsonIsRefused) {
  nlohmann::json json = one_of_each().to_json();
  json["rejected"].erase("missing_text");
  EXPECT_THROW(Books::from_json(json), Error);
  EXPECT_THROW(Books::from_json("books"), Error);
}

TEST(Books, TextLeavesOutZeros) {
  Books books;
  books.count_in(3);
  books.count_dropped(DropReason::kInvalidUtf8, 3);
  EXPECT_THAT(books.to_text(), ::testing::HasSubstr("invalid_utf8"));
  EXPECT_THAT(books.to_text(), ::testing::Not(::testing::HasSubstr("too_long")));
}

TEST(RunSummary, JsonHasTheAgreedKeys) {
  CommonOptions common;
  common.threads = 2;
  RunSummary summary("clean", common);
  summary.books = one_of_each();
  summary.documents = 1;
  summary.outputs = {"out.jsonl"};
  summary.more["pairs"] = 3;
  const nlohmann::json json = summary.to_json();
  for (const char* key : {"command", "version", "seconds", "threads", "bytes_in", "books",
                          "documents", "tokens", "outputs", "pairs"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json["command"], "clean");
  EXPECT_EQ(json["threads"], 2);
  EXPECT_EQ(json["bytes_in"], summary.books.in().bytes);
  EXPECT_TRUE(json["tokens"].is_null());
  summary.tokens = 9;
  EXPECT_EQ(summary.to_json()["tokens"], 9);
  EXPECT_THAT(summary.to_text(), ::testing::HasSubstr("wrote out.jsonl"));
}

TEST(RunSummary, OpenBooksAreNeverPrinted) {
  CommonOptions common;
  common.quiet = true;
  RunSummary summary("clean", common);
  summary.books.count_in(1);
  EXPECT_THROW(summary.finish(), Error);
}

}  // namespace
}  // namespace corpusmill
