#include "prep/spill/drop_list.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <random>
#include <string>

#include "common/error.h"
#include "tests/support/fault_io.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

Document document_at(std::uint32_t file, std::uint64_t line) {
  Document document;
  document.line.origin = {file, line, 0};
  return document;
}

DropEntry entry_of(std::uint32_t file, std::uint64_t line, std::uint64_t of) {
  return {.line = LineId::of({file, line, 0}), .of = LineId::of({0, of, 0})};
}

DropList list_of(const std::vector<DropEntry>& entries, std::uint64_t bytes_max,
                 const TempDir& folder) {
  DropListWriter writer(bytes_max, folder.path());
  for (const DropEntry& entry : entries) writer.add(entry);
  return writer.finish();
}

TEST(DropList, SaysWhyAndInFavourOfWhat) {
  const TempDir folder;
  DropEntry near = entry_of(1, 2, 3);
  near.reason = DropReason::kNearDuplicate;
  near.similarity = 0.93F;
  DropEntry nearly = near;
  nearly.line = LineId::of({1, 9, 0});
  nearly.similarity = 0.9999F;
  const DropList drops = list_of({entry_of(0, 5, 1), near, nearly}, 1 << 20, folder);
  DropReader reader(drops, {"a.jsonl", "b.jsonl"});
  DocumentBatch batch;
  for (const auto& [file, line] : std::vector<std::pair<std::uint32_t, std::uint64_t>>{
           {0, 4}, {0, 5}, {0, 6}, {1, 1}, {1, 2}, {1, 9}, {1, 10}}) {
    batch.documents.push_back(document_at(file, line));
  }
  batch.documents[2].drop(DropReason::kInvalidJson);
  reader.drop_repeats(batch);
  std::vector<std::string> details;
  for (const Document& document : batch.documents) {
    if (!document.dropped) continue;
    details.push_back(std::string(drop_reason_name(document.reason)) + ": " + document.detail);
  }
  EXPECT_EQ(details,
            (std::vector<std::string>{"exact_duplicate: same text as a.jsonl, line 1",
                                      "invalid_json: ", "near_duplicate: 0.93 like a.jsonl, line 3",
                                      "near_duplicate: 0.99 like a.jsonl, line 3"}));
  EXPECT_NO_THROW(reader.check_finished());
}

// Against a map, in any memory, over many chunks.
TEST(DropList, IsTheSameInAnyMemory) {
  const TempDir folder;
  std::mt19937_64 random(5);
  std::map<std::uint64_t, std::uint64_t> reference;  // line -> of
  std::vector<DropEntry> entries;
  for (std::uint64_t line = 2; line < 250'000; line += 1 + random() % 3) {
    reference[line] = 1 + random() % (line - 1);
    entries.push_back(entry_of(0, line, reference[line]));
  }
  for (const auto bytes_max : {0ULL, 2ULL << 20, ~0ULL}) {
    const DropList drops = list_of(entries, bytes_max, folder);
    EXPECT_EQ(drops.size(), reference.size());
    EXPECT_EQ(drops.spilled_bytes() > 0, bytes_max != ~0ULL);
    DropReader reader(drops, {"in"});
    for (std::uint64_t line = 1; line < 250'000; ++line) {
      Document document = document_at(0, line);
      reader.drop_repeat(document);
      const auto expected = reference.find(line);
      ASSERT_EQ(document.dropped, expected != reference.end()) << line;
      if (!document.dropped) continue;
      ASSERT_EQ(document.detail, "same text as in, line " + std::to_string(expected->second));
    }
    EXPECT_NO_THROW(reader.check_finished());
  }
  EXPECT_TRUE(folder_content(folder.path()).empty());
}

TEST(DropList, MayBeEmptyOrEndWithAChunk) {
  const TempDir folder;
  for (const std::size_t count : {std::size_t{0}, DropList::kChunkEntries}) {
    std::vector<DropEntry> entries;
    for (std::size_t i = 0; i < count; ++i) entries.push_back(entry_of(0, i + 2, 1));
    const DropList drops = list_of(entries, 0, folder);
    DropReader reader(drops, {"in"});
    for (std::size_t line = 1; line <= count + 2; ++line) {
      Document document = document_at(0, line);
      reader.drop_repeat(document);
      ASSERT_EQ(document.dropped, line >= 2 && line < count + 2);
    }
    EXPECT_NO_THROW(reader.check_finished());
  }
}

TEST(DropList, NoticesAnInputThatChanged) {
  const TempDir folder;
  const DropList drops = list_of({entry_of(0, 5, 1), entry_of(0, 8, 1)}, 1 << 20, folder);
  DropReader skipped(drops, {"in.jsonl"});
  Document document = document_at(0, 6);
  try {
    skipped.drop_repeat(document);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kInputIo);
    EXPECT_NE(std::string(error.what()).find("in.jsonl changed"), std::string::npos);
  }
  DropReader ended(drops, {"in.jsonl"});
  document = document_at(0, 5);
  ended.drop_repeat(document);
  EXPECT_THROW(ended.check_finished(), Error);
}

TEST(DropList, AFullDiskIsTold) {
  const TempDir folder;
  std::vector<DropEntry> entries;
  for (std::size_t i = 0; i < 2 * DropList::kChunkEntries; ++i) {
    entries.push_back(entry_of(0, i + 2, 1));
  }
  FaultIo full;
  full.plan = {.fail_at = 1, .error = ENOSPC, .forever = true};
  const ScopedIo in_force(full);
  EXPECT_THROW(list_of(entries, 0, folder), Error);
}

}  // namespace
}  // namespace corpusmill
