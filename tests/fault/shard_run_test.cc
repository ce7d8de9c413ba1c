// A run that writes shards, killed at every file operation that it makes and run again: it must end
// with the bytes of a run that was never killed. Failing operations must leave no manifest.
#include "prep/tokenize/shard_run.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "tests/support/fault_child.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

// Repeats, broken lines, texts that the rules refuse, and enough for several shards of each split.
std::string rows() {
  std::string rows;
  for (int i = 0; i < 60; ++i) {
    const std::string text =
        std::string(static_cast<std::size_t>(5 + i % 37), static_cast<char>('a' + i % 7));
    rows += "{\"text\":\"" + text + std::to_string(i % 50) + "\"}\n";
    if (i % 11 == 0) rows += "{broken\n";
  }
  return rows;
}

class ShardRunFaultTest : public testing::Test {
 protected:
  void SetUp() override {
    spill(folder_ / "tokenizer.json", byte_tokenizer_json({"<s>", "</s>"}));
    spill(folder_ / "rows.jsonl", rows());
  }

  ShardOptions options(const std::string& output) const {
    ShardOptions options;
    options.input.inputs = {(folder_ / "rows.jsonl").string()};
    options.tokenizer.tokenizer = (folder_ / "tokenizer.json").string();
    options.dedup = "exact";
    options.limits.min_chars = 8;
    options.limits.max_tokens = 38;
    options.output = (folder_ / output / "data").string();
    options.val_fraction = 0.3;
    options.shard_tokens = 200;
    options.common.threads = 1;
    options.common.quiet = true;
    return options;
  }

  // The wait status of a run under `plan`; the operations that it made, if it lived to tell.
  int run(const std::string& output, const FaultPlan& plan) const {
    return run(options(output), plan);
  }
  int run(const ShardOptions& options, const FaultPlan& plan) const {
    return child_.run(plan, [&] { run_to_shards("run", options); });
  }

  std::uint64_t operations() const { return child_.operations(); }

  TempDir folder_{TempDir::On::kMemory};
  FaultChild child_;
};

TEST_F(ShardRunFaultTest, KilledAtAnyOperationAndRunAgainItGivesTheSameBytes) {
  ASSERT_EQ(run("whole", {}), 0);
  const auto whole = folder_content(folder_ / "whole");
  ASSERT_TRUE(whole.contains("data-00002.bin"));
  ASSERT_TRUE(whole.contains("data.val-00001.bin"));
  const std::uint64_t count = operations();
  for (std::uint64_t at = 0; at < count; ++at) {
    const int status = run("killed", {.kill_at = at});
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << at;
    ASSERT_EQ(run("killed", {}), 0) << "after a kill at operation " << at;
    ASSERT_EQ(folder_content(folder_ / "killed"), whole) << at;
    std::filesystem::remove_all(folder_ / "killed");
  }
}

// The same where near dedup keeps its phases too.
TEST_F(ShardRunFaultTest, KilledWithNearDedupItGivesTheSameBytes) {
  std::string rows;
  for (int i = 0; i < 40; ++i) {
    std::string text = "{\"text\":\"";
    for (int word = 0; word < 12; ++word)
      text += std::to_string(i % 13 * 100 + word + i / 26) + " ";
    rows += text + "\"}\n";
  }
  spill(folder_ / "rows.jsonl", rows);
  const auto near = [&](const std::string& output) {
    ShardOptions chosen = options(output);
    chosen.dedup = "near";
    chosen.near.threshold = 0.7;
    chosen.checkpoint_bytes_min = 0;
    chosen.limits = {};
    return chosen;
  };
  ASSERT_EQ(run(near("whole"), {}), 0);
  const auto whole = folder_content(folder_ / "whole");
  ShardOptions without = near("exact");
  without.dedup = "exact";
  ASSERT_EQ(run(without, {}), 0);
  EXPECT_FALSE(folder_content(folder_ / "exact") == whole);
  ASSERT_EQ(run(near("count"), {}), 0);
  const std::uint64_t count = operations();
  for (std::uint64_t at = 0; at < count; ++at) {
    const int status = run(near("killed"), {.kill_at = at});
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << at;
    ASSERT_EQ(run(near("killed"), {}), 0) << "after a kill at operation " << at;
    ASSERT_TRUE(folder_content(folder_ / "killed") == whole) << at;
    std::filesystem::remove_all(folder_ / "killed");
  }
}

TEST_F(ShardRunFaultTest, AFullDiskIsToldAndTheSameCommandContinues) {
  ASSERT_EQ(run("whole", {}), 0);
  const auto whole = folder_content(folder_ / "whole");
  const std::uint64_t count = operations();
  for (std::uint64_t at = 0; at < count; at += 5) {
    FaultPlan full;
    full.fail_at = at;
    full.error = ENOSPC;
    full.forever = true;
    const int status = run("full", full);
    ASSERT_TRUE(WIFEXITED(status)) << at;
    // The manifest may stand although a later operation failed, but only over whole data.
    if (std::filesystem::exists(folder_ / "full" / "data.json")) {
      auto left = folder_content(folder_ / "full");
      for (const auto& [name, bytes] : whole) EXPECT_EQ(left[name], bytes) << name << " at " << at;
    }
    ASSERT_EQ(run("full", {}), 0) << at;
    ASSERT_EQ(folder_content(folder_ / "full"), whole) << at;
    std::filesystem::remove_all(folder_ / "full");
  }
}

}  // namespace
}  // namespace corpusmill
