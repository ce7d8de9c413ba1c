#include "prep/spill/work_folder.h"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

struct Found {
  std::uint64_t number = 0;
  std::string text;
  std::vector<std::uint32_t> column;
};

class WorkFolderTest : public testing::Test {
 protected:
  void write(WorkFolder& folder, const std::string& phase, std::uint64_t elements) {
    ScratchColumn<std::uint32_t> column(budget_, folder_.path());
    for (std::uint32_t i = 0; i < elements; ++i) column.push_back(3 * i);
    column.finish();
    PhaseWriter writer = folder.begin(phase);
    writer.value<std::uint64_t>(elements);
    writer.text("what " + phase + " found");
    writer.column(column);
    writer.commit();
  }
  std::optional<Found> read(const WorkFolder& folder, const std::string& phase) {
    std::optional<PhaseReader> reader = folder.open(phase);
    if (!reader) return std::nullopt;
    Found found;
    found.number = reader->value<std::uint64_t>();
    found.text = reader->text();
    ScratchColumn<std::uint32_t> column(budget_, folder_.path());
    reader->column(column);
    for (std::uint64_t i = 0; i < column.size(); ++i) found.column.push_back(column[i]);
    return found;
  }

  TempDir folder_;
  MemoryBudget budget_{1 << 20};
};

TEST_F(WorkFolderTest, GivesBackWhatAPhaseFoundToTheSameCommandOnly) {
  const std::filesystem::path path = folder_ / ".out.dedup";
  for (const std::uint64_t elements : {0, 1, 1000, 700'000}) {
    {
      WorkFolder folder(path, {{"threshold", 0.8}});
      EXPECT_FALSE(read(folder, "groups"));
      write(folder, "groups", elements);
    }
    {
      const WorkFolder folder(path, {{"threshold", 0.8}});
      EXPECT_FALSE(folder.discarded());
      EXPECT_FALSE(read(folder, "decision"));
      const auto found = read(folder, "groups");
      ASSERT_TRUE(found);
      EXPECT_EQ(found->number, elements);
      EXPECT_EQ(found->text, "what groups found");
      ASSERT_EQ(found->column.size(), elements);
      if (elements > 0) {
        EXPECT_EQ(found->column.back(), 3 * (elements - 1));
      }
    }
    WorkFolder other(path, {{"threshold", 0.7}});
    EXPECT_TRUE(other.discarded());
    EXPECT_FALSE(read(other, "groups"));
    other.remove();
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  }
}

TEST_F(WorkFolderTest, TakesNoDamagedFile) {
  const std::filesystem::path path = folder_ / ".out.dedup";
  {
    WorkFolder folder(path, 1);
    write(folder, "groups", 100);
  }
  std::string bytes = slurp(path / "groups");
  bytes[50] = static_cast<char>(bytes[50] ^ 1);
  spill(path / "groups", bytes);
  EXPECT_FALSE(read(WorkFolder(path, 1), "groups"));
  spill(path / "state.json", "{\"identity\":1,\"phas");
  EXPECT_TRUE(WorkFolder(path, 1).discarded());
  EXPECT_TRUE(std::filesystem::is_empty(path));
}

}  // namespace
}  // namespace corpusmill
