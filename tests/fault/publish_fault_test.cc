// Publishing a set of shards under every fault: a kill before each operation, each operation
// failing once and from then on. Nothing half-written ever carries a final name, and the same call
// again completes with the same bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>

#include "common/error.h"
#include "common/file.h"
#include "common/shard_verify.h"
#include "common/token_shard_format.h"
#include "tests/support/fault_io.h"
#include "tests/support/sample_shards.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kVocabulary = 500;

// What a command does: lock, clear what an interrupted run has left, write, commit.
void publish(const std::filesystem::path& prefix) {
  static const auto documents = sample_documents(7, 9, 30, kVocabulary);
  const ShardSetNames names(prefix);
  make_directories(names.folder());
  const OutputLock lock(names.manifest_path());
  remove_shard_set(names);
  write_sample_set(prefix, documents, 4, kVocabulary);
}

std::map<std::string, std::string> published_once() {
  TempDir dir(TempDir::On::kMemory);
  publish(dir / "out/data");
  return folder_content(dir / "out");
}

std::uint64_t count_operations() {
  TempDir dir(TempDir::On::kMemory);
  FaultIo fault;
  ScopedIo in_force(fault);
  publish(dir / "out/data");
  return fault.operations();
}

// No final name holds anything but what an undisturbed run puts there, and a manifest that is there
// can be trusted.
void expect_nothing_partial(const std::filesystem::path& folder,
                            const std::map<std::string, std::string>& whole) {
  if (!std::filesystem::exists(folder)) return;
  for (const auto& [name, bytes] : folder_content(folder)) {
    if (name.front() == '.') continue;  // temporaries and the lock
    ASSERT_TRUE(whole.contains(name)) << name;
    ASSERT_EQ(bytes, whole.at(name)) << name;
  }
  if (!std::filesystem::exists(folder / "data.json")) return;
  const Manifest manifest = Manifest::load(folder / "data.json");
  ASSERT_TRUE(verify_shards(folder, manifest, 1, {}).empty());
}

TEST(PublishFaultTest, KilledBeforeEveryOperation) {
  const auto whole = published_once();
  const std::uint64_t operations = count_operations();
  ASSERT_GT(operations, 50u);
  for (std::uint64_t number = 0; number < operations; ++number) {
    TempDir dir(TempDir::On::kMemory);
    const int status = run_in_child([&] {
      FaultIo fault;
      fault.plan.kill_at = number;
      ScopedIo in_force(fault);
      publish(dir / "out/data");
      return 0;
    });
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << number;
    expect_nothing_partial(dir / "out", whole);
    publish(dir / "out/data");
    ASSERT_EQ(folder_content(dir / "out"), whole) << "killed at " << number;
  }
}

// Killed, and killed again while the second run cleans up: sampled.
TEST(PublishFaultTest, KilledTwice) {
  const auto whole = published_once();
  const std::uint64_t operations = count_operations();
  for (std::uint64_t sample = 0; sample < 60; ++sample) {
    TempDir dir(TempDir::On::kMemory);
    for (const std::uint64_t number : {sample * 31 % operations, sample * 17 % operations}) {
      run_in_child([&] {
        FaultIo fault;
        fault.plan.kill_at = number;
        ScopedIo in_force(fault);
        publish(dir / "out/data");
        return 0;
      });
      expect_nothing_partial(dir / "out", whole);
    }
    publish(dir / "out/data");
    ASSERT_EQ(folder_content(dir / "out"), whole) << "sample " << sample;
  }
}

class PublishErrnoTest : public ::testing::TestWithParam<std::tuple<int, bool>> {};

TEST_P(PublishErrnoTest, EveryOperationFails) {
  const auto [error, forever] = GetParam();
  const auto whole = published_once();
  const std::uint64_t operations = count_operations();
  std::uint64_t refusals = 0;
  for (std::uint64_t number = 0; number < operations; ++number) {
    TempDir dir(TempDir::On::kMemory);
    FaultIo fault;
    fault.plan = {.fail_at = number, .error = error, .forever = forever};
    try {
      ScopedIo in_force(fault);
      publish(dir / "out/data");
    } catch (const Error& failure) {
      ++refusals;
      ASSERT_THAT(failure.code(), ::testing::AnyOf(ExitCode::kOutputIo, ExitCode::kInputIo))
          << number << ": " << failure.what();
      ASSERT_THAT(failure.what(), ::testing::HasSubstr("cannot ")) << number;
    }
    expect_nothing_partial(dir / "out", whole);
    publish(dir / "out/data");
    ASSERT_EQ(folder_content(dir / "out"), whole) << "failed at " << number;
  }
  // What only tidies up may fail unseen: the lock's release.
  EXPECT_GE(refusals + 3, operations);
}

INSTANTIATE_TEST_SUITE_P(Errno, PublishErrnoTest,
                         ::testing::Combine(::testing::Values(ENOSPC, EIO, EDQUOT, EMFILE),
                                            ::testing::Bool()));

TEST(PublishFaultTest, ShortAndInterruptedCallsChangeNothing) {
  const auto whole = published_once();
  TempDir dir(TempDir::On::kMemory);
  FaultIo fault;
  fault.plan = {.one_byte = true, .interrupted = true};
  {
    ScopedIo in_force(fault);
    publish(dir / "out/data");
  }
  EXPECT_EQ(folder_content(dir / "out"), whole);
}

TEST(PublishFaultTest, ReadersReportAFailingDisk) {
  TempDir dir(TempDir::On::kMemory);
  publish(dir / "out/data");
  const auto read_all = [&] {
    const Manifest manifest = Manifest::load(dir / "out/data.json");
    return verify_shards(dir / "out", manifest, 1, {});
  };
  FaultIo counting;
  {
    ScopedIo in_force(counting);
    ASSERT_TRUE(read_all().empty());
  }
  std::uint64_t refusals = 0;
  for (std::uint64_t number = 0; number < counting.operations(); ++number) {
    FaultIo fault;
    fault.plan = {.fail_at = number, .error = EIO};
    ScopedIo in_force(fault);
    try {
      ASSERT_TRUE(read_all().empty()) << number;
    } catch (const Error& failure) {
      ++refusals;
      ASSERT_EQ(failure.code(), ExitCode::kInputIo) << number << ": " << failure.what();
    }
  }
  EXPECT_GT(refusals, counting.operations() / 2);  // the others are close() and munmap()
}

}  // namespace
}  // namespace corpusmill
