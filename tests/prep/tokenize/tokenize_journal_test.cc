#include "prep/tokenize/tokenize_journal.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/file.h"

namespace corpusmill {
namespace {

class TokenizeJournalTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = TokenizeJournal::path_for(folder_ / "data");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static JournalHeader header() {
    return {{{"seed", 42}, {"dtype", "uint16"}}, "abc", {{"a.jsonl", 100, ""}, {"b", 7, ""}}};
  }

  static JournalRecord record(std::uint64_t candidates, std::vector<Refusal> refusals) {
    JournalRecord record;
    record.shard.info.file_name = "data-00000.bin";
    record.shard.info.split = Split::kValidation;
    record.shard.info.tokens = 12;
    record.shard.info.documents = 3;
    record.shard.info.width = TokenWidth::kUint32;
    record.shard.info.largest_id = 70'000;
    record.shard.info.digest = "00ff";
    record.shard.info.block_digests = {"00ff", "11ee"};
    record.shard.info.index_file_name = "data-00000.docs";
    record.shard.info.index_digest = "22";
    record.shard.tokens_by_source = {{"poems", 10}, {"诗", 2}};
    record.shard.specials = 4;
    record.candidates = candidates;
    record.chain = {~0ULL, 5};
    record.refusals = std::move(refusals);
    return record;
  }

  static void expect_equal(const JournalRecord& a, const JournalRecord& b) {
    EXPECT_EQ(a.shard.info.file_name, b.shard.info.file_name);
    EXPECT_EQ(a.shard.info.split, b.shard.info.split);
    EXPECT_EQ(a.shard.info.tokens, b.shard.info.tokens);
    EXPECT_EQ(a.shard.info.documents, b.shard.info.documents);
    EXPECT_EQ(a.shard.info.width, b.shard.info.width);
    EXPECT_EQ(a.shard.info.largest_id, b.shard.info.largest_id);
    EXPECT_EQ(a.shard.info.digest, b.shard.info.digest);
    EXPECT_EQ(a.shard.info.block_digests, b.shard.info.block_digests);
    EXPECT_EQ(a.shard.info.index_file_name, b.shard.info.index_file_name);
    EXPECT_EQ(a.shard.info.index_digest, b.shard.info.index_digest);
    EXPECT_EQ(a.shard.tokens_by_source, b.shard.tokens_by_source);
    EXPECT_EQ(a.shard.specials, b.shard.specials);
    EXPECT_EQ(a.candidates, b.candidates);
    EXPECT_EQ(a.chain, b.chain);
    EXPECT_EQ(a.refusals, b.refusals);
  }

  std::filesystem::path folder_, path_;
};

TEST_F(TokenizeJournalTest, StandsBesideTheOutputUnderATemporaryName) {
  EXPECT_EQ(path_, folder_ / ".data.journal");
}

TEST_F(TokenizeJournalTest, GivesBackWhatWasAppendedInAnyNumberOfRuns) {
  const JournalRecord first = record(10, {{0, DropReason::kTooLong},
                                          {3, DropReason::kSpecialInText},
                                          {4, DropReason::kTooLong},
                                          {9, DropReason::kTooShort}});
  const JournalRecord second = record(25, {{10, DropReason::kTooLong}, {24, DropReason::kTooLong}});
  const JournalRecord third = record(25, {});
  TokenizeJournal(path_, {header(), {}}).append(first);
  {
    const auto contents = TokenizeJournal::read(path_);
    ASSERT_TRUE(contents);
    TokenizeJournal journal(path_, *contents);
    journal.append(second);
    journal.append(third);
  }
  const auto contents = TokenizeJournal::read(path_);
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->header.options, header().options);
  EXPECT_EQ(contents->header.tokenizer_digest, "abc");
  ASSERT_EQ(contents->header.inputs.size(), 2U);
  EXPECT_EQ(contents->header.inputs[0].name, "a.jsonl");
  EXPECT_EQ(contents->header.inputs[0].bytes, 100U);
  ASSERT_EQ(contents->records.size(), 3U);
  expect_equal(contents->records[0], first);
  expect_equal(contents->records[1], second);
  expect_equal(contents->records[2], third);
}

TEST_F(TokenizeJournalTest, CutAnywhereItKeepsTheWholeRecordsBefore) {
  std::vector<std::uint64_t> ends;
  {
    TokenizeJournal journal(path_, {header(), {}});
    ends.push_back(std::filesystem::file_size(path_));
    for (const std::uint64_t candidates : {10U, 20U, 30U}) {
      journal.append(record(candidates, {{candidates - 1, DropReason::kTooLong}}));
      ends.push_back(std::filesystem::file_size(path_));
    }
  }
  const std::string whole = read_file(path_, 1 << 20);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    std::ofstream(path_, std::ios::binary) << whole.substr(0, cut);
    const auto contents = TokenizeJournal::read(path_);
    ASSERT_EQ(contents.has_value(), cut >= ends[0]) << cut;
    if (!contents) continue;
    std::size_t records = 0;
    while (records < 3 && ends[records + 1] <= cut) ++records;
    EXPECT_EQ(contents->records.size(), records) << cut;
  }
}

TEST_F(TokenizeJournalTest, AFlippedByteEndsIt) {
  {
    TokenizeJournal journal(path_, {header(), {}});
    journal.append(record(10, {}));
    journal.append(record(20, {}));
  }
  const std::string whole = read_file(path_, 1 << 20);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    std::ofstream(path_, std::ios::binary) << damaged;
    const auto contents = TokenizeJournal::read(path_);
    EXPECT_LT(contents ? contents->records.size() : 0, 2U) << at;
  }
}

TEST_F(TokenizeJournalTest, IsGoneWhenTheRunIsFinished) {
  TokenizeJournal journal(path_, {header(), {}});
  EXPECT_TRUE(file_exists(path_));
  journal.close_and_remove();
  EXPECT_FALSE(file_exists(path_));
  EXPECT_FALSE(TokenizeJournal::read(path_));
}

}  // namespace
}  // namespace corpusmill
