// The program as a user meets it: what it says, which code it exits with, and what it leaves
// behind when something is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "common/file.h"
#include "prep/commands/commands.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// What carries a final name, journals, locks and quarantine files left out.
std::map<std::string, std::string> published(const std::filesystem::path& folder) {
  auto content = folder_content(folder);
  std::erase_if(content, [](const auto& file) {
    return file.first.front() == '.' || file.first.find(".rejected.") != std::string::npos;
  });
  return content;
}

bool is_training_command(std::string_view name) {
  return name == "pretrain" || name == "evaluate" || name == "generate";
}

struct Cli : testing::Test {
  Cli() {
    spill(folder / "tokenizer.json", byte_tokenizer_json());
    std::string rows;
    for (int i = 0; i < 2000; ++i) {
      rows += json({{"text", "第" + std::to_string(i) + "篇 document " + std::to_string(i % 700)},
                    {"source", i % 2 == 0 ? "even" : "odd"}})
                  .dump() +
              "\n";
    }
    spill(folder / "rows.jsonl", rows);
    std::filesystem::create_directory(folder / "out");
  }

  std::string path(const std::string& name) const { return (folder / name).string(); }

  // One message, that exit code, and the output folder as it was.
  void expect_refused(const std::vector<std::string>& arguments, int exit_code,
                      const std::string& part_of_message, const ProgramOptions& options = {}) {
    const auto before = published(folder / "out");
    std::vector<std::string> quiet = arguments;
    if (options.standard_output.empty()) quiet.emplace_back("--quiet");
    const ProgramResult result = run_corpusmill(quiet, options);
    EXPECT_EQ(result.exit_code, exit_code) << arguments.front() << ": " << result.err;
    EXPECT_THAT(result.err, StartsWith("corpusmill " + arguments.front() + ": "));
    EXPECT_THAT(result.err, HasSubstr(part_of_message));
    // A mismatch lists what differs below it.
    EXPECT_LE(std::count(result.err.begin(), result.err.end(), '\n'), exit_code == 8 ? 3 : 1)
        << result.err;
    EXPECT_EQ(published(folder / "out"), before) << arguments.front();
  }

  std::vector<std::string> tokenize(const std::string& prefix) const {
    return {"tokenize", path("rows.jsonl"),    "--tokenizer",    path("tokenizer.json"),
            "-o",       path("out/" + prefix), "--shard-tokens", "5000"};
  }

  TempDir folder;
};

TEST_F(Cli, EveryCommandExplainsItself) {
  for (const Command& command : kCommands) {
    if (is_training_command(command.name)) continue;
    const ProgramResult result = run_corpusmill({std::string(command.name), "--help"});
    EXPECT_EQ(result.exit_code, 0) << command.name;
    EXPECT_EQ(result.err, "") << command.name;
    EXPECT_THAT(result.out, HasSubstr("Usage: corpusmill " + std::string(command.name)));
    EXPECT_THAT(result.out, HasSubstr("Examples:")) << command.name;
  }
}

TEST_F(Cli, MisspeltNamesAreAnsweredWithTheNearest) {
  const ProgramResult result = run_corpusmill({"tokenise"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err, "corpusmill: there is no command 'tokenise'; did you mean 'tokenize'?\n");
  expect_refused({"clean", path("rows.jsonl"), "--otput", path("out/x")}, 2,
                 "did you mean --output?");
  spill(folder / "config.toml", "min_chrs = 3\n");
  expect_refused(
      {"filter", path("rows.jsonl"), "-o", path("out/x"), "--config", path("config.toml")}, 2,
      "config.toml: line 1: unknown key 'min_chrs'; did you mean 'min_chars'?");
}

TEST_F(Cli, MissingInputs) {
  for (const char* command : {"check", "preview", "stats"}) {
    expect_refused({command, path("missing.jsonl")}, 5, "missing.jsonl");
  }
  for (const char* command : {"clean", "dedup"}) {
    expect_refused({command, path("missing.jsonl"), "-o", path("out/x.jsonl")}, 5, "missing.jsonl");
  }
  expect_refused({"tokenize", path("missing.jsonl"), "--tokenizer", path("tokenizer.json"), "-o",
                  path("out/x")},
                 5, "missing.jsonl");
  expect_refused(
      {"tokenize", path("rows.jsonl"), "--tokenizer", path("missing.json"), "-o", path("out/x")}, 5,
      "missing.json");
  expect_refused({"verify", path("missing.json")}, 5, "missing.json");
  expect_refused({"inspect", path("missing.json")}, 5, "missing.json");
  expect_refused({"merge", path("missing.json"), "-o", path("out/x")}, 5, "missing.json");
}

TEST_F(Cli, UnreadableFolder) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read every folder";
  std::filesystem::create_directory(folder / "closed");
  chmod(path("closed").c_str(), 0);
  expect_refused({"check", path("closed")}, 5, "closed");
  chmod(path("closed").c_str(), 0700);
}

TEST_F(Cli, ABinaryFileIsBadLinesNotACrash) {
  std::string bytes;
  for (int i = 0; i < 70'000; ++i) bytes.push_back(static_cast<char>((i * 7919) >> 3));
  spill(folder / "binary.jsonl", bytes);
  const ProgramResult checked = run_corpusmill({"check", path("binary.jsonl"), "--json", "-q"});
  EXPECT_EQ(checked.exit_code, 1) << checked.err;
  EXPECT_EQ(json::parse(checked.out)["books"]["kept"], 0);
  const ProgramResult cleaned =
      run_corpusmill({"clean", path("binary.jsonl"), "-o", path("out/c.jsonl"), "-q"});
  EXPECT_EQ(cleaned.exit_code, 0) << cleaned.err;
  EXPECT_EQ(slurp(folder / "out/c.jsonl"), "");
}

TEST_F(Cli, TruncatedCompressedInput) {
  ASSERT_EQ(run_corpusmill({"clean", path("rows.jsonl"), "-o", path("rows.zst"), "-q"}).exit_code,
            0);
  ASSERT_EQ(run_corpusmill({"clean", path("rows.jsonl"), "-o", path("rows.gz"), "-q"}).exit_code,
            0);
  for (const char* name : {"rows.zst", "rows.gz"}) {
    const std::string whole = slurp(folder / name);
    spill(folder / name, whole.substr(0, whole.size() / 2));
    expect_refused({"check", path(name)}, 7, name);
    expect_refused({"clean", path(name), "-o", path("out/x.jsonl")}, 7, name);
    expect_refused({"stats", path(name), "-o", path("out/x.json")}, 7, name);
  }
}

TEST_F(Cli, AFullDiskLeavesNothing) {
  const ProgramOptions full = {.file_bytes_max = 8192};
  expect_refused({"clean", path("rows.jsonl"), "-o", path("out/x.jsonl")}, 4, "x.jsonl", full);
  expect_refused(tokenize("data"), 4, "data", full);
  expect_refused({"preview", path("rows.jsonl")}, 4, "standard output",
                 {.standard_output = "/dev/full"});
}

TEST_F(Cli, AnOutputFolderThatIsAFile) {
  spill(folder / "out/file", "mine");
  expect_refused({"clean", path("rows.jsonl"), "-o", path("out/file/x.jsonl")}, 4, "file");
  expect_refused({"tokenize", path("rows.jsonl"), "--tokenizer", path("tokenizer.json"), "-o",
                  path("out/file/data")},
                 4, "file");
  expect_refused({"stats", path("rows.jsonl"), "-o", path("out/file/x.json")}, 4, "file");
  EXPECT_EQ(slurp(folder / "out/file"), "mine");
}

TEST_F(Cli, ATokenizerThatDoesNotMatch) {
  ASSERT_EQ(run_corpusmill(tokenize("data")).exit_code, 0);
  std::string other = byte_tokenizer_json();
  other.replace(other.find("<|endoftext|>"), 13, "<|im_ending|>");
  spill(folder / "other.json", other);
  for (const char* command : {"inspect", "stats"}) {
    expect_refused({command, path("out/data.json"), "--tokenizer", path("other.json")}, 8,
                   "tokenizer");
  }
}

TEST_F(Cli, AnOutputInUse) {
  const OutputLock held(path("out/x.jsonl"));
  expect_refused({"clean", path("rows.jsonl"), "-o", path("out/x.jsonl")}, 6, "x.jsonl");
}

TEST_F(Cli, KilledAndStartedAgainGivesTheSameBytes) {
  ASSERT_EQ(run_corpusmill(tokenize("data")).exit_code, 0);
  std::filesystem::rename(folder / "out", folder / "whole");
  std::filesystem::create_directory(folder / "out");
  kill_corpusmill_at_file(tokenize("data"), folder / "out", "data-00001.bin");
  const ProgramResult again = run_corpusmill(tokenize("data"));
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(published(folder / "out"), published(folder / "whole"));
  EXPECT_EQ(run_corpusmill({"verify", path("out/data.json"), "-q"}).exit_code, 0);
}

TEST_F(Cli, CheckFindsBrokenLines) {
  spill(folder / "broken.jsonl", "{\"text\": \"ok\"}\n{\"text\": 3}\nnot json\n");
  const ProgramResult result = run_corpusmill(
      {"check", path("broken.jsonl"), "--json", "--report", path("out/report.jsonl")});
  EXPECT_EQ(result.exit_code, 1);
  const json summary = json::parse(result.out);
  EXPECT_EQ(summary["command"], "check");
  EXPECT_EQ(summary["books"]["rejected"]["wrong_type"], 1);
  EXPECT_EQ(summary["books"]["rejected"]["invalid_json"], 1);
  EXPECT_EQ(summary["books"]["kept"], 1);
  const std::string report = slurp(folder / "out/report.jsonl");
  const json first = json::parse(report.substr(0, report.find('\n')));
  EXPECT_EQ(first["line"], 2);
  EXPECT_EQ(first["offset"], 15);
  EXPECT_EQ(first["reason"], "wrong_type");
}

TEST_F(Cli, VerifyFindsDamage) {
  ASSERT_EQ(run_corpusmill(tokenize("data")).exit_code, 0);
  std::string bytes = slurp(folder / "out/data-00000.bin");
  bytes[100] = static_cast<char>(bytes[100] ^ 1);
  spill(folder / "out/data-00000.bin", bytes);
  const ProgramResult result = run_corpusmill({"verify", path("out/data.json")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out + result.err, HasSubstr("data-00000.bin"));
}

TEST_F(Cli, RunFilterMergeAndTrainTokenizer) {
  spill(folder / "recipe.toml",
        "tokenizer = \"" + path("tokenizer.json") + "\"\nmin_chars = 5\ndedup = \"exact\"\n");
  const ProgramResult run = run_corpusmill(
      {"run", path("recipe.toml"), path("rows.jsonl"), "-o", path("out/data"), "--json", "-q"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json summary = json::parse(run.out);
  EXPECT_EQ(summary["books"]["lines_in"], 2000);
  EXPECT_EQ(run_corpusmill({"merge", path("out/data.json"), path("out/data.json"), "-o",
                            path("out/twice"), "-q"})
                .exit_code,
            0);
  EXPECT_EQ(run_corpusmill({"filter", path("rows.jsonl"), "--max-chars", "14", "-o",
                            path("out/short.jsonl"), "-q"})
                .exit_code,
            0);
  EXPECT_LT(slurp(folder / "out/short.jsonl").size(), slurp(folder / "rows.jsonl").size());
  const ProgramResult trained =
      run_corpusmill({"train-tokenizer", path("rows.jsonl"), "-o", path("out/tokenizer"),
                      "--vocab-size", "300", "-q"});
  EXPECT_EQ(trained.exit_code, 0) << trained.err;
  const ProgramResult sampled =
      run_corpusmill({"train-tokenizer", path("rows.jsonl"), "-o", path("out/sampled"),
                      "--sample-bytes", "1KB", "--vocab-size", "300", "--json", "-q"});
  ASSERT_EQ(sampled.exit_code, 0) << sampled.err;
  const json report = json::parse(sampled.out);
  EXPECT_EQ(report["books"]["lines_in"], 2000);
  EXPECT_GT(report["sample_bytes"], 900);
  EXPECT_LE(report["sample_bytes"], 1000);
  EXPECT_EQ(run_corpusmill({"train-tokenizer", path("rows.jsonl"), "-o", path("out/sp"), "--kind",
                            "sentencepiece-bpe", "--splitter", "gpt2", "-q"})
                .exit_code,
            2);
}

TEST_F(Cli, AReaderThatGoesAwayIsNoError) {
  std::string rows;
  for (int i = 0; i < 20'000; ++i) rows += "{\"text\": \"row\"}\n";
  spill(folder / "many.jsonl", rows);
  const ProgramResult result = run_corpusmill({"preview", path("many.jsonl"), "-n", "20000", "-q"},
                                              {.close_output_after_line = true});
  EXPECT_EQ(result.err, "");
  EXPECT_NE(result.exit_code, 70);
}

TEST_F(Cli, StatsCountsWhatIsThere) {
  const ProgramResult result =
      run_corpusmill({"stats", path("rows.jsonl"), "--tokenizer", path("tokenizer.json"), "--json",
                      "-o", path("out/rows.stats.json"), "-q"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json summary = json::parse(result.out);
  EXPECT_EQ(summary["documents"], 2000);
  EXPECT_EQ(summary["tokens"], summary["statistics"]["bytes"]);
  EXPECT_EQ(summary["statistics"]["groups"]["groups"].size(), 2u);
  EXPECT_EQ(json::parse(slurp(folder / "out/rows.stats.json")), summary["statistics"]);
}

}  // namespace
}  // namespace corpusmill
