// The whole command `tokenize`, killed before an operation and run again: the same bytes as a run
// that nothing disturbed. With threads, operations come in no fixed order; that must not matter.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>

#include "prep/commands/commands.h"
#include "tests/support/fault_io.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kSamples = 40;

std::filesystem::path tokenizer_path() {
  return std::filesystem::path(CORPUSMILL_SOURCE_DIR) /
         "../shared/data/tokenizers/minimind-current";
}

std::string rows() {
  std::string text;
  for (int row = 0; row < 40; ++row) {
    text += "{\"text\":\"row " + std::to_string(row * 7919) + " of some text\"}\n";
    if (row % 10 == 3) text += "broken\n";
  }
  return text;
}

// Exit code of the command in a child of its own: its threads end with it.
int tokenize(const std::filesystem::path& folder, std::uint64_t kill_at) {
  return run_in_child([&] {
    FaultIo fault;
    fault.plan.kill_at = kill_at;
    ScopedIo in_force(fault);
    const ExitCode code = tokenize_command(
        {(folder / "rows.jsonl").string(), "-o", (folder / "out/data").string(), "--tokenizer",
         tokenizer_path().string(), "--shard-tokens", "150", "--threads", "1", "--quiet"});
    spill(folder / "operations", std::to_string(fault.operations()));
    return static_cast<int>(code);
  });
}

std::vector<std::string> names_of(const std::map<std::string, std::string>& content) {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : content) names.push_back(name);
  return names;
}

void prepare(const std::filesystem::path& folder) {
  spill(folder / "rows.jsonl", rows());
}

TEST(TokenizeKillTest, ContinuesToTheSameBytes) {
  if (!std::filesystem::exists(tokenizer_path())) {
    GTEST_SKIP() << "needs ../shared/data/tokenizers";
  }
  TempDir undisturbed(TempDir::On::kMemory);
  prepare(undisturbed.path());
  ASSERT_EQ(tokenize(undisturbed.path(), FaultPlan::kNever), 0);
  auto whole = folder_content(undisturbed / "out");
  const std::uint64_t operations = std::stoull(slurp(undisturbed / "operations"));
  ASSERT_GT(operations, 40u);
  // Names of inputs are in the manifest as given, so every run must be given the same path.
  for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
    const std::uint64_t number = sample * 13 % operations;
    std::filesystem::remove_all(undisturbed / "out");
    const int status = tokenize(undisturbed.path(), number);
    ASSERT_TRUE(WIFSIGNALED(status) || status == 0) << "operation " << number;
    ASSERT_EQ(tokenize(undisturbed.path(), FaultPlan::kNever), 0) << number;
    const auto content = folder_content(undisturbed / "out");
    ASSERT_EQ(names_of(content), names_of(whole)) << "killed at operation " << number;
    ASSERT_TRUE(content == whole) << "killed at operation " << number;
  }
}

}  // namespace
}  // namespace corpusmill
