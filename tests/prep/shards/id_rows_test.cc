#include "prep/shards/id_rows.h"

#include <gtest/gtest.h>

#include "common/error.h"

namespace corpusmill {
namespace {

std::string row_of(const std::vector<TokenId>& ids, IdFormat format,
                   TokenWidth width = TokenWidth::kUint16) {
  std::string row;
  append_id_row(ids, format, width, row);
  return row;
}

std::vector<TokenId> ids_of(std::string_view row, IdFormat format) {
  std::vector<TokenId> ids = {7};
  const auto fault = parse_id_row(row, format, 70'000, ids);
  EXPECT_FALSE(fault) << row << ": " << fault->detail;
  return ids;
}

DropReason reason_of(std::string_view row, IdFormat format) {
  std::vector<TokenId> ids;
  const auto fault = parse_id_row(row, format, 70'000, ids);
  EXPECT_TRUE(fault) << row;
  return fault ? fault->reason : DropReason::kEmptyLine;
}

TEST(IdRows, WhatIsWrittenIsReadBack) {
  for (const std::vector<TokenId>& ids :
       std::vector<std::vector<TokenId>>{{}, {0}, {65'535, 0, 69'999}, {1, 22, 333}}) {
    for (const IdFormat format : {IdFormat::kText, IdFormat::kJson}) {
      const std::string row = row_of(ids, format);
      EXPECT_EQ(row.find('\n'), row.size() - 1);
      EXPECT_EQ(ids_of(row.substr(0, row.size() - 1), format), ids);
    }
    const std::string bytes = row_of(ids, IdFormat::kBinary, TokenWidth::kUint32);
    EXPECT_EQ(parse_binary_ids(bytes, TokenWidth::kUint32, 70'000, "f"), ids);
  }
  EXPECT_EQ(row_of({15496, 995}, IdFormat::kText), "15496 995\n");
  EXPECT_EQ(row_of({15496, 995}, IdFormat::kJson), "{\"ids\": [15496, 995]}\n");
  EXPECT_EQ(row_of({1, 0x1234}, IdFormat::kBinary), std::string("\1\0\x34\x12", 4));
}

TEST(IdRows, OtherSpellingsOfAListAreRead) {
  EXPECT_EQ(ids_of("  1\t2  ", IdFormat::kText), (std::vector<TokenId>{1, 2}));
  EXPECT_EQ(ids_of("[1,2]", IdFormat::kJson), (std::vector<TokenId>{1, 2}));
  EXPECT_EQ(ids_of(R"({"text": "x", "ids": []})", IdFormat::kJson), std::vector<TokenId>{});
}

TEST(IdRows, WhatIsNoListOfKnownIdsIsAFault) {
  for (const char* row : {"x", "1 -2", "1,2", "1.5", "70000", "99999999999999999999999"}) {
    EXPECT_EQ(reason_of(row, IdFormat::kText), DropReason::kWrongType);
  }
  for (const char* row : {"[-1]", "[1.5]", "[\"1\"]", "3", R"({"ids": 3})", "[70000]"}) {
    EXPECT_EQ(reason_of(row, IdFormat::kJson), DropReason::kWrongType);
  }
  EXPECT_EQ(reason_of("{\"id\": [1]}", IdFormat::kJson), DropReason::kMissingText);
  EXPECT_EQ(reason_of("[1", IdFormat::kJson), DropReason::kInvalidJson);
  EXPECT_EQ(reason_of("", IdFormat::kJson), DropReason::kInvalidJson);
}

TEST(IdRows, ABinaryFileIsCheckedWhole) {
  const auto code = [](const std::string& bytes, TokenWidth width) {
    try {
      parse_binary_ids(bytes, width, 300, "ids.bin");
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("ids.bin"), std::string::npos);
      return error.code();
    }
    return ExitCode::kDone;
  };
  EXPECT_EQ(code("\1\1\1", TokenWidth::kUint16), ExitCode::kCorrupt);
  EXPECT_EQ(code("\1\1", TokenWidth::kUint32), ExitCode::kCorrupt);
  EXPECT_EQ(code("\1\2", TokenWidth::kUint16), ExitCode::kMismatch);
  EXPECT_EQ(code("\1\1", TokenWidth::kUint16), ExitCode::kDone);
}

}  // namespace
}  // namespace corpusmill
