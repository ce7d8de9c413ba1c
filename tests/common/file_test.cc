#include "common/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/mapped_file.h"
#include "tests/support/fault_io.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename Work>
Error error_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {ExitCode::kDone, ""};
}

TEST(FileTest, ReadsWhatWasAppended) {
  TempDir dir;
  for (const char* piece : {"one", "two"}) {
    File file = File::open_append(dir / "log");
    file.write_all(piece);
    file.sync();
    file.close();
  }
  EXPECT_EQ(read_file(dir / "log", 100), "onetwo");
  char middle[2];
  File::open_read(dir / "log").read_at(middle, 2, 2);
  EXPECT_EQ(std::string(middle, 2), "et");
}

TEST(FileTest, MissingFileIsInputError) {
  const Error error = error_of([] { File::open_read("/nonexistent/file"); });
  EXPECT_EQ(error.code(), ExitCode::kInputIo);
  EXPECT_THAT(error.what(), HasSubstr("/nonexistent/file: No such file or directory"));
}

TEST(FileTest, CreateNewRefusesAnExistingFile) {
  TempDir dir;
  spill(dir / "a", "kept");
  EXPECT_EQ(error_of([&] { File::create_new(dir / "a"); }).code(), ExitCode::kOutputIo);
  EXPECT_FALSE(File::try_create_new(dir / "a").has_value());
  EXPECT_EQ(slurp(dir / "a"), "kept");
}

TEST(FileTest, ReadAtPastTheEndIsCorrupt) {
  TempDir dir;
  spill(dir / "a", "12345");
  char buffer[4];
  const Error error = error_of([&] { File::open_read(dir / "a").read_at(buffer, 4, 3); });
  EXPECT_EQ(error.code(), ExitCode::kCorrupt);
  EXPECT_THAT(error.what(), HasSubstr("ends at byte 5, 2 bytes too early"));
}

TEST(FileTest, ReadFileRefusesALargerOne) {
  TempDir dir;
  spill(dir / "a", "12345");
  EXPECT_EQ(read_file(dir / "a", 5), "12345");
  EXPECT_GE(read_file(dir / "a", 5).capacity(), 5 + kReadFilePadding);
  EXPECT_EQ(error_of([&] { read_file(dir / "a", 4); }).code(), ExitCode::kCorrupt);
}

TEST(AtomicFileTest, AppearsAtCommitOnly) {
  TempDir dir;
  {
    AtomicFile file(dir / "out");
    file.write("abc");
    EXPECT_EQ(file.bytes_written(), 3u);
    EXPECT_FALSE(file_exists(dir / "out"));
    file.commit();
    EXPECT_EQ(slurp(dir / "out"), "abc");
  }
  EXPECT_THAT(list_directory(dir.path()), ElementsAre("out"));
}

TEST(AtomicFileTest, LeavesTheOlderFileWhenDropped) {
  TempDir dir;
  spill(dir / "out", "old");
  {
    AtomicFile file(dir / "out");
    file.write("new");
    AtomicFile moved(std::move(file));
    moved.write("er");
  }
  EXPECT_EQ(slurp(dir / "out"), "old");
  EXPECT_THAT(list_directory(dir.path()), ElementsAre("out"));
}

TEST(AtomicFileTest, FollowsTheProtocol) {
  TempDir dir;
  FaultIo fault;
  fault.keeps_trace = true;
  {
    ScopedIo in_force(fault);
    write_file_atomically(dir / "out", "abc");
  }
  const std::string temporary = ".out.tmp-" + std::to_string(::getpid());
  const std::string folder = dir.path().filename().string();
  EXPECT_THAT(fault.trace(), ElementsAre("stat out", "open " + temporary, "write " + temporary,
                                         "fsync " + temporary, "close " + temporary, "rename out",
                                         "open " + folder, "fsync " + folder, "close " + folder));
}

TEST(AtomicFileTest, RefusesWhatIsNoRegularFile) {
  TempDir dir;
  std::filesystem::create_directory(dir / "folder");
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  for (const char* name : {"folder", "pipe"}) {
    EXPECT_THAT(error_of([&] { AtomicFile file(dir / name); }).what(),
                HasSubstr("is not a regular file"));
  }
}

TEST(AtomicFileTest, StaleNameOfTheSameProcessIdIsNoObstacle) {
  TempDir dir;
  const std::string stale = ".out.tmp-" + std::to_string(::getpid());
  spill(dir / stale, "half");
  write_file_atomically(dir / "out", "whole");
  EXPECT_EQ(slurp(dir / "out"), "whole");
  spill(dir / ".out.tmp-1-2", "half");
  spill(dir / ".out.tmp-x", "not ours");
  spill(dir / ".output.tmp-1", "another's");
  remove_stale_temporaries(dir / "out");
  EXPECT_THAT(list_directory(dir.path()), ElementsAre(".out.tmp-x", ".output.tmp-1", "out"));
}

TEST(AtomicFileTest, FailedSyncIsNotRetried) {
  TempDir dir;
  FaultIo fault;
  fault.keeps_trace = true;
  fault.plan = {.fail_at = 3, .error = EIO};
  {
    ScopedIo in_force(fault);
    EXPECT_EQ(error_of([&] { write_file_atomically(dir / "out", "abc"); }).code(),
              ExitCode::kOutputIo);
  }
  EXPECT_EQ(std::ranges::count_if(fault.trace(),
                                  [](const std::string& s) { return s.starts_with("fsync"); }),
            1);
  EXPECT_THAT(list_directory(dir.path()), ElementsAre());
}

TEST(DirectoryTest, MakesAllFoldersAndAcceptsThem) {
  TempDir dir;
  make_directories(dir / "a/b/c");
  make_directories(dir / "a/b/c");
  EXPECT_TRUE(std::filesystem::is_directory(dir / "a/b/c"));
  spill(dir / "file", "");
  EXPECT_EQ(error_of([&] { make_directories(dir / "file"); }).code(), ExitCode::kOutputIo);
  EXPECT_EQ(error_of([&] { make_directories(dir / "file/x"); }).code(), ExitCode::kOutputIo);
}

TEST(DirectoryTest, RemoveFileAcceptsAMissingOne) {
  TempDir dir;
  spill(dir / "a", "");
  remove_file(dir / "a");
  remove_file(dir / "a");
  EXPECT_FALSE(file_exists(dir / "a"));
}

TEST(OutputLockTest, SecondHolderIsRefusedAndNamed) {
  TempDir dir;
  {
    OutputLock lock(dir / "data.json");
    const Error error = error_of([&] { OutputLock second(dir / "data.json"); });
    EXPECT_EQ(error.code(), ExitCode::kOutputInUse);
    EXPECT_THAT(error.what(), HasSubstr("process " + std::to_string(::getpid())));
    OutputLock other(dir / "other.json");
  }
  OutputLock again(dir / "data.json");
  EXPECT_THAT(list_directory(dir.path()), ElementsAre(".data.json.lock"));
}

TEST(OutputLockTest, LockOfADeadProcessIsTaken) {
  TempDir dir;
  const int status = run_in_child([&] {
    OutputLock lock(dir / "data.json");
    ::_exit(0);
    return 0;
  });
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(file_exists(dir / ".data.json.lock"));
  OutputLock lock(dir / "data.json");
}

TEST(MappedFileTest, MapsContentAndEmptiness) {
  TempDir dir;
  spill(dir / "a", "abc");
  spill(dir / "empty", "");
  MappedFile mapped = MappedFile::open(dir / "a");
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(mapped.bytes().data()), 3), "abc");
  mapped = MappedFile::open(dir / "empty");
  EXPECT_TRUE(mapped.bytes().empty());
  EXPECT_EQ(error_of([&] { MappedFile::open(dir.path()); }).code(), ExitCode::kInputIo);
  EXPECT_EQ(error_of([&] { MappedFile::open(dir / "none"); }).code(), ExitCode::kInputIo);
}

// Short transfers and interruptions at every call change nothing.
TEST(FaultIoTest, ShortAndInterruptedCallsAreInvisible) {
  TempDir dir;
  FaultIo fault;
  fault.plan = {.one_byte = true, .interrupted = true};
  ScopedIo in_force(fault);
  OutputLock lock(dir / "out");
  write_file_atomically(dir / "out", "a longer text");
  EXPECT_EQ(read_file(dir / "out", 100), "a longer text");
  char middle[6];
  File::open_read(dir / "out").read_at(middle, 6, 2);
  EXPECT_EQ(std::string(middle, 6), "longer");
}

}  // namespace
}  // namespace corpusmill
