#include "common/spill_file.h"

#include <gtest/gtest.h>

#include "common/error.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

TEST(SpillFile, GivesBackWhatWasAppendedAndLeavesNoName) {
  const TempDir folder;
  SpillFile spill(folder.path());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_EQ(spill.append("abc"), 0u);
  EXPECT_EQ(spill.append(""), 3u);
  EXPECT_EQ(spill.append("defgh"), 3u);
  EXPECT_EQ(spill.bytes(), 8u);
  EXPECT_EQ(spill.read(3, 5), "defgh");
  EXPECT_EQ(spill.read(2, 2), "cd");
  EXPECT_EQ(spill.read(8, 0), "");
  EXPECT_THROW(spill.read(7, 2), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SpillFile, SaysWhichFolderCannotTakeIt) {
  const TempDir folder;
  SpillFile spill(folder / "missing");
  try {
    spill.append("abc");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kOutputIo);
    EXPECT_NE(std::string(error.what()).find("missing"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace corpusmill
