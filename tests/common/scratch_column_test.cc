#include "common/scratch_column.h"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

TEST(ScratchColumn, IsTheSameInMemoryAndInAFile) {
  const TempDir folder;
  const std::uint64_t page = ScratchPages::kPageBytes;
  for (const std::uint64_t memory : {std::uint64_t{0}, page, 3 * page, 100 * page}) {
    MemoryBudget budget(memory);
    {
      ScratchColumn<std::uint64_t> column(budget, folder.path());
      const std::uint64_t count = 5 * ScratchColumn<std::uint64_t>::kPageElements + 17;
      for (std::uint64_t i = 0; i < count; ++i) column.push_back(i * i);
      column.finish();
      ASSERT_EQ(column.size(), count);
      EXPECT_EQ(column.file_bytes(), memory >= 6 * page ? 0 : 6 * page - memory);
      EXPECT_LE(budget.bytes_left(), memory);
      for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(column[i], i * i);
      for (std::uint64_t i = 0; i < count; i += 1000) column[i] = 1;
      for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(column[i], i % 1000 == 0 ? 1 : i * i);
    }
    EXPECT_EQ(budget.bytes_left(), memory);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  }
}

TEST(ScratchColumn, IsZeroWhereItWasOnlyMadeLonger) {
  const TempDir folder;
  MemoryBudget budget(0);
  struct Record {
    std::uint32_t a = 0;
    std::uint8_t bytes[7] = {};
  };
  ScratchColumn<Record> column(budget, folder.path());
  column.push_back({7, {1}});
  column.resize(100'000);
  column.finish();
  ASSERT_EQ(column.size(), 100'000u);
  EXPECT_EQ(column[0].a, 7u);
  for (std::uint64_t i = 1; i < column.size(); ++i) ASSERT_EQ(column[i].a, 0u);
  ScratchColumn<Record> empty(budget, folder.path());
  empty.finish();
  EXPECT_EQ(empty.size(), 0u);
}

}  // namespace
}  // namespace corpusmill
