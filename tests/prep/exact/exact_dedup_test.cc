#include "prep/exact/exact_dedup.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <random>
#include <string>

#include "common/error.h"
#include "prep/exact/fingerprint.h"
#include "prep/repeats/repeat_counter.h"
#include "tests/support/fault_io.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

TEST(Fingerprint, IsXxh3OfTheBytesInCanonicalOrder) {
  // xxhsum -H2 of the empty input.
  const Digest empty = fingerprint_of("");
  EXPECT_EQ(empty.high, 0x99aa06d3014798d8U);
  EXPECT_EQ(empty.low, 0x6001c324468d497fU);
  EXPECT_NE(fingerprint_of("a"), fingerprint_of(std::string_view("a\0", 2)));
}

TEST(LineId, HoldsTheLargestAndRefusesMore) {
  const LineId id = LineId::of({LineId::kFilesMax, LineId::kLinesMax, 5});
  EXPECT_EQ(id.file(), LineId::kFilesMax);
  EXPECT_EQ(id.line(), LineId::kLinesMax);
  EXPECT_THROW(LineId::of({LineId::kFilesMax + 1, 1, 0}), Error);
  EXPECT_THROW(LineId::of({0, LineId::kLinesMax + 1, 0}), Error);
}

// A document of a corpus that exists in memory only.
struct Row {
  Origin origin;
  std::string text;  // empty: a broken line
};

// Four files, of which one is empty, with repeats near and far.
std::vector<Row> random_rows(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const auto file = static_cast<std::uint32_t>(i * 3 / count);
    const std::uint64_t line =
        rows.empty() || rows.back().origin.file != file * 2 ? 1 : rows.back().origin.line + 1;
    const bool broken = random() % 10 == 0;
    rows.push_back({{file * 2, line, 0}, broken ? "" : std::to_string(random() % (count / 2))});
  }
  return rows;
}

std::vector<DocumentBatch> batches_of(const std::vector<Row>& rows) {
  std::vector<DocumentBatch> batches;
  std::mt19937_64 random(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool new_file = i > 0 && rows[i].origin.file != rows[i - 1].origin.file;
    if (i == 0 || new_file || random() % 50 == 0) batches.emplace_back();
    Document& document = batches.back().documents.emplace_back();
    document.line.origin = rows[i].origin;
    document.text = rows[i].text;
    if (rows[i].text.empty()) document.drop(DropReason::kInvalidJson);
  }
  for (DocumentBatch& batch : batches) fingerprint_documents(batch);
  return batches;
}

// What every row's detail must be: of the obvious map from text to its first row.
std::vector<std::string> expected_details(const std::vector<Row>& rows) {
  std::map<std::string, Origin> firsts;
  std::vector<std::string> details;
  for (const Row& row : rows) {
    std::string& detail = details.emplace_back();
    if (row.text.empty()) continue;
    const auto [first, is_new] = firsts.try_emplace(row.text, row.origin);
    if (is_new) continue;
    detail = "same text as " + std::to_string(first->second.file) + ".jsonl, line " +
             std::to_string(first->second.line);
  }
  return details;
}

struct Outcome {
  std::vector<std::string> details;
  int readings = 1;
  std::uint64_t spilled_bytes = 0;
};

Outcome dedup(const std::vector<Row>& rows, std::uint64_t bytes_max, const TempDir& folder) {
  ExactDeduplicator dedup({.bytes_max = bytes_max,
                           .tmp_dir = folder.path(),
                           .file_names = {"0.jsonl", "1.jsonl", "2.jsonl", "3.jsonl", "4.jsonl"}});
  Outcome outcome;
  LineId behind;
  while (true) {
    for (DocumentBatch& batch : batches_of(rows)) {
      if (LineId::of(batch.documents.back().line.origin) <= behind) continue;
      if (!dedup.pass(batch)) continue;
      for (const Document& document : batch.documents) outcome.details.push_back(document.detail);
    }
    const auto next = dedup.next_reading();
    if (!next) break;
    behind = *next;
    ++outcome.readings;
  }
  outcome.spilled_bytes = dedup.spilled_bytes();
  return outcome;
}

TEST(ExactDeduplicator, AgreesWithAMapInAnyMemory) {
  const TempDir folder(TempDir::On::kMemory);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const std::vector<Row> rows = random_rows(seed, 40'000);
    const auto expected = expected_details(rows);
    for (const std::uint64_t bytes_max : {1ULL, 150'000ULL, 300'000ULL, 1ULL << 30}) {
      const Outcome outcome = dedup(rows, bytes_max, folder);
      ASSERT_EQ(outcome.details, expected) << seed << " in " << bytes_max;
      const bool is_large = bytes_max == 1ULL << 30;
      EXPECT_EQ(outcome.readings, is_large ? 1 : 2) << bytes_max;
      EXPECT_EQ(outcome.spilled_bytes > 0, !is_large) << bytes_max;
    }
  }
  EXPECT_TRUE(folder_content(folder.path()).empty());
}

TEST(ExactDeduplicator, NeedsNoSecondReadingWhereNothingIsLeft) {
  const TempDir folder(TempDir::On::kMemory);
  std::vector<Row> rows = random_rows(4, 2'000);
  rows.resize(10);  // one batch, or so
  for (Row& row : rows) row.origin.file = 0;
  std::vector<DocumentBatch> one(1);
  ExactDeduplicator dedup({.bytes_max = 1, .tmp_dir = folder.path(), .file_names = {"in"}});
  one[0] = std::move(batches_of(rows)[0]);
  EXPECT_TRUE(dedup.pass(one[0]));
  EXPECT_FALSE(dedup.next_reading());
}

TEST(ExactDeduplicator, LeavesDocumentsWithoutAKeyAlone) {
  const TempDir folder(TempDir::On::kMemory);
  for (const std::uint64_t bytes_max : {1ULL, 1ULL << 30}) {
    ExactDeduplicator dedup(
        {.bytes_max = bytes_max, .tmp_dir = folder.path(), .file_names = {"in"}});
    for (int reading = 0; reading < 2; ++reading) {
      for (std::uint64_t line = 1; line < 10; ++line) {
        DocumentBatch batch;
        Document& document = batch.documents.emplace_back();
        document.line.origin = {0, line, 0};
        document.has_key = line < 2;
        dedup.pass(batch);
        EXPECT_FALSE(document.dropped);
      }
      if (!dedup.next_reading()) break;
    }
  }
}

TEST(ExactDeduplicator, AFullDiskIsTold) {
  const TempDir folder(TempDir::On::kMemory);
  const std::vector<Row> rows = random_rows(5, 30'000);
  FaultIo counting;
  {
    const ScopedIo in_force(counting);
    dedup(rows, 1, folder);
  }
  ASSERT_GT(counting.operations(), 20u);
  for (std::uint64_t at = 0; at < counting.operations(); ++at) {
    FaultIo full;
    full.plan = {.fail_at = at, .error = ENOSPC, .forever = true};
    const ScopedIo in_force(full);
    try {
      dedup(rows, 1, folder);
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ExitCode::kOutputIo);
      ASSERT_NE(std::string(error.what()).find("--tmp-dir"), std::string::npos) << error.what();
    }
  }
  EXPECT_TRUE(folder_content(folder.path()).empty());
}

TEST(RepeatCounter, CountsTheSameInAnyMemory) {
  const TempDir folder(TempDir::On::kMemory);
  const std::vector<Row> rows = random_rows(6, 30'000);
  Tally expected;
  std::map<std::string, int> seen;
  for (const Row& row : rows) {
    if (!row.text.empty() && seen[row.text]++ > 0) expected += {1, row.text.size()};
  }
  for (const std::uint64_t bytes_max : {1ULL, 200'000ULL, 1ULL << 30}) {
    RepeatCounter counter(bytes_max, folder.path());
    for (const Row& row : rows) {
      if (!row.text.empty()) counter.add(fingerprint_of(row.text), row.text.size());
    }
    EXPECT_EQ(counter.repeats(), expected) << bytes_max;
  }
}

}  // namespace
}  // namespace corpusmill
