#include "common/spill_file.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "common/error.h"
#include "tests/support/fault_io.h"
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

// A file system that knows no files without a name.
class NoUnnamedFiles : public Io {
 public:
  int open(const char* path, int flags, mode_t mode) override {
    if (std::filesystem::is_directory(path)) {
      errno = EOPNOTSUPP;
      return -1;
    }
    return Io::open(path, flags, mode);
  }
};

TEST(SpillFile, HasANameForAMomentWhereItMust) {
  const TempDir folder;
  NoUnnamedFiles old;
  const ScopedIo in_force(old);
  SpillFile spill(folder.path()), other(folder.path());
  spill.append("here");
  other.append("there");
  EXPECT_EQ(spill.read(0, 4), "here");
  EXPECT_EQ(other.read(0, 5), "there");
  EXPECT_TRUE(folder_content(folder.path()).empty());
}

TEST(SpillFile, AFullDiskNamesTheFolderAndTheOption) {
  const TempDir folder;
  for (std::uint64_t at = 0; at < 2; ++at) {
    FaultIo full;
    full.plan = {.fail_at = at, .error = ENOSPC};
    const ScopedIo in_force(full);
    SpillFile spill(folder.path());
    try {
      spill.append("more");
      FAIL() << at;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kOutputIo);
      const std::string what = error.what();
      EXPECT_NE(what.find(folder.path().string()), std::string::npos) << what;
      EXPECT_NE(what.find("--tmp-dir"), std::string::npos) << what;
    }
  }
}

}  // namespace
}  // namespace corpusmill
