// Near dedup with its phases kept, killed at every file operation that it makes and run again: it
// must end with the bytes of a run that was never killed, and leave nothing behind.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "common/error.h"
#include "prep/dedup/dedup_run.h"
#include "tests/support/fault_child.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

class NearDedupFaultTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string rows;
    for (int i = 0; i < 40; ++i) {
      std::string text;
      for (int word = 0; word < 30; ++word) {
        text += "w" + std::to_string((i % 13) * 100 + word + i / 26) + " ";
      }
      rows += "{\"text\":\"" + text + "\"}\n";
    }
    spill(folder_ / "rows.jsonl", rows);
  }

  DedupOptions options(const std::string& output) const {
    DedupOptions options;
    options.input.inputs = {(folder_ / "rows.jsonl").string()};
    options.output = (folder_ / output / "out.jsonl").string();
    options.near.pairs = (folder_ / output / "pairs.jsonl").string();
    options.near.threshold = 0.7;
    options.is_near = true;
    options.checkpoint_bytes_min = 0;
    options.common.threads = 1;
    options.common.quiet = true;
    return options;
  }

  int run(const DedupOptions& options, const FaultPlan& plan) const {
    return child_.run(plan, [&] { run_dedup(options); });
  }
  std::uint64_t operations() const { return child_.operations(); }

  TempDir folder_{TempDir::On::kMemory};
  FaultChild child_;
};

TEST_F(NearDedupFaultTest, KilledAtAnyOperationAndRunAgainItGivesTheSameBytes) {
  ASSERT_EQ(run(options("whole"), {}), 0);
  const auto whole = folder_content(folder_ / "whole");
  ASSERT_EQ(whole.size(), 3u);
  ASSERT_LT(whole.at("out.jsonl").size(), slurp(folder_ / "rows.jsonl").size());
  const std::uint64_t count = operations();
  ASSERT_GT(count, 50u);
  std::uint64_t fewest = count;
  for (std::uint64_t at = 0; at < count; ++at) {
    const int status = run(options("killed"), {.kill_at = at});
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << at;
    ASSERT_EQ(run(options("killed"), {}), 0) << "after a kill at operation " << at;
    fewest = std::min(fewest, operations());
    ASSERT_TRUE(folder_content(folder_ / "killed") == whole) << at;
    std::filesystem::remove_all(folder_ / "killed");
  }
  // Some of them went on from what was there.
  EXPECT_LT(fewest, count);
}

TEST_F(NearDedupFaultTest, WhatOtherOptionsHaveLeftIsNotTaken) {
  DedupOptions strict = options("whole");
  strict.near.threshold = 0.9;
  ASSERT_EQ(run(strict, {}), 0);
  const auto whole = folder_content(folder_ / "whole");
  ASSERT_EQ(run(options("count"), {}), 0);
  const std::uint64_t count = operations();
  for (std::uint64_t at = count / 2; at < count; at += 3) {
    run(options("killed"), {.kill_at = at});
    strict.output = (folder_ / "killed" / "out.jsonl").string();
    strict.near.pairs = (folder_ / "killed" / "pairs.jsonl").string();
    ASSERT_EQ(run(strict, {}), 0) << at;
    ASSERT_TRUE(folder_content(folder_ / "killed") == whole) << at;
    std::filesystem::remove_all(folder_ / "killed");
  }
}

TEST_F(NearDedupFaultTest, AFullDiskIsToldAndTheSameCommandContinues) {
  ASSERT_EQ(run(options("whole"), {}), 0);
  const auto whole = folder_content(folder_ / "whole");
  const std::uint64_t count = operations();
  for (std::uint64_t at = 0; at < count; at += 5) {
    FaultPlan full;
    full.fail_at = at;
    full.error = ENOSPC;
    full.forever = true;
    ASSERT_TRUE(WIFEXITED(run(options("full"), full))) << at;
    ASSERT_EQ(run(options("full"), {}), 0) << at;
    ASSERT_TRUE(folder_content(folder_ / "full") == whole) << at;
    std::filesystem::remove_all(folder_ / "full");
  }
}

}  // namespace
}  // namespace corpusmill
