// Exact dedup that outgrows its memory, killed at any file operation or out of disk, and the same
// from a pipe: always the bytes of a run that had room for everything.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "prep/commands/commands.h"
#include "prep/tokenize/shard_run.h"
#include "tests/support/fault_child.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

// Several batches of the reader, with repeats across them and a broken line now and then.
std::string rows() {
  std::string rows;
  for (int i = 0; i < 5000; ++i) {
    rows += "{\"text\":\"" + std::string(150, static_cast<char>('a' + i % 7)) +
            std::to_string(i * 7919 % 3000) + "\"}\n";
    if (i % 500 == 0) rows += "{broken\n";
  }
  return rows;
}

class DedupRunFaultTest : public testing::Test {
 protected:
  void SetUp() override {
    spill(folder_ / "rows.jsonl", rows());
    spill(folder_ / "tokenizer.json", byte_tokenizer_json({"<s>", "</s>"}));
    ASSERT_EQ(run("whole", "1GiB", {}), 0);
    whole_ = folder_content(folder_ / "whole");
  }

  int run(const std::string& output, const std::string& memory, const FaultPlan& plan,
          const std::string& input = "rows.jsonl") const {
    return child_.run(plan, [&] {
      const std::string name = input == "-" ? input : (folder_ / input).string();
      dedup_command({name, "-o", (folder_ / output / "kept.jsonl").string(), "--memory", memory,
                     "--threads", "1", "--quiet"});
    });
  }

  int run_shards(const std::string& output, std::uint64_t memory, const FaultPlan& plan) const {
    return child_.run(plan, [&] {
      ShardOptions options;
      options.input.inputs = {(folder_ / "rows.jsonl").string()};
      options.tokenizer.tokenizer = (folder_ / "tokenizer.json").string();
      options.dedup = "exact";
      options.output = (folder_ / output / "data").string();
      options.shard_tokens = 60'000;
      options.common.memory_bytes = memory;
      options.common.threads = 1;
      options.common.quiet = true;
      run_to_shards("run", options);
    });
  }

  std::uint64_t operations() const { return child_.operations(); }

  TempDir folder_{TempDir::On::kMemory};
  FaultChild child_;
  std::map<std::string, std::string> whole_;
};

TEST_F(DedupRunFaultTest, KilledAtAnyOperationAndRunAgainItGivesTheSameBytes) {
  ASSERT_EQ(run("small", "1", {}), 0);
  ASSERT_EQ(folder_content(folder_ / "small"), whole_);
  const std::uint64_t count = operations();
  ASSERT_GT(count, 40u);
  for (std::uint64_t at = 0; at < count; ++at) {
    std::filesystem::remove_all(folder_ / "killed");
    const int status = run("killed", "1", {.kill_at = at});
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << at;
    ASSERT_EQ(run("killed", "1", {}), 0) << "after a kill at operation " << at;
    ASSERT_EQ(folder_content(folder_ / "killed"), whole_) << at;
  }
}

TEST_F(DedupRunFaultTest, AFullDiskLeavesNothingUnderAFinalName) {
  ASSERT_EQ(run("small", "1", {}), 0);
  const std::uint64_t count = operations();
  for (std::uint64_t at = 0; at < count; ++at) {
    std::filesystem::remove_all(folder_ / "full");
    run("full", "1", {.fail_at = at, .error = ENOSPC, .forever = true});
    if (!std::filesystem::exists(folder_ / "full")) continue;
    for (const auto& [name, bytes] : folder_content(folder_ / "full")) {
      if (name.front() == '.') continue;
      ASSERT_EQ(bytes, whole_.at(name)) << name << " at " << at;
    }
  }
}

TEST_F(DedupRunFaultTest, APipeIsKeptAsFarAsItMustComeAgain) {
  const int input = open((folder_ / "rows.jsonl").c_str(), O_RDONLY);
  ASSERT_GE(input, 0);
  const int before = dup(STDIN_FILENO);
  for (const char* memory : {"1", "1GiB"}) {
    lseek(input, 0, SEEK_SET);
    dup2(input, STDIN_FILENO);
    ASSERT_EQ(run("piped", memory, {}, "-"), 0);
    EXPECT_EQ(slurp(folder_ / "piped/kept.jsonl"), whole_["kept.jsonl"]) << memory;
  }
  dup2(before, STDIN_FILENO);
  close(before);
  close(input);
}

TEST_F(DedupRunFaultTest, ShardsAreTheSameInAnyMemoryAndAfterAnyKill) {
  ASSERT_EQ(run_shards("shards", 1 << 30, {}), 0);
  const auto shards = folder_content(folder_ / "shards");
  ASSERT_EQ(run_shards("small", 1, {}), 0);
  ASSERT_EQ(folder_content(folder_ / "small"), shards);
  const std::uint64_t count = operations();
  for (std::uint64_t at = 0; at < count; at += 1 + count / 40) {
    std::filesystem::remove_all(folder_ / "killed");
    run_shards("killed", 1, {.kill_at = at});
    ASSERT_EQ(run_shards("killed", 1, {}), 0) << at;
    ASSERT_EQ(folder_content(folder_ / "killed"), shards) << at;
  }
}

}  // namespace
}  // namespace corpusmill
