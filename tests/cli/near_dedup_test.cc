// `dedup --near` as a user runs it: whatever the threads, the memory and the compression, from a
// pipe, and in two runs with an index instead of one.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "tests/support/run_program.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

// Half of them repeats or changed copies of earlier ones, some broken.
std::string rows(int count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> texts;
  std::string rows;
  for (int i = 0; i < count; ++i) {
    std::string text;
    if (i > 0 && random() % 2 == 0) {
      text = texts[random() % texts.size()];
      if (random() % 3 != 0) text.replace(random() % (text.size() - 4), 3, "xyz");
    } else {
      for (std::uint64_t n = 30 + random() % 30; n > 0; --n) {
        text += "w" + std::to_string(random() % 3000) + " ";
      }
    }
    texts.push_back(text);
    rows += nlohmann::json{{"text", text}}.dump() + "\n";
    if (i % 50 == 7) rows += "{broken\n\n";
  }
  return rows;
}

class NearDedupCommandTest : public testing::Test {
 protected:
  void SetUp() override { spill(folder_ / "rows.jsonl", rows(3000, 4)); }

  nlohmann::json dedup(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"dedup", "--near", "--threshold", "0.6", "--json", "-q"});
    const ProgramResult result = run_corpusmill(arguments, {.folder = folder_.path()});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return nlohmann::json::parse(result.out, nullptr, false);
  }
  std::string content(const std::string& name) const { return slurp(folder_ / name); }

  TempDir folder_;
};

TEST_F(NearDedupCommandTest, WritesTheSameForAnyThreadsMemoryAndCompression) {
  const nlohmann::json plain = dedup({"rows.jsonl", "-o", "a.jsonl", "--pairs", "a.pairs"});
  EXPECT_GT(plain["books"]["near_duplicates"], 300);
  EXPECT_GT(plain["books"]["exact_duplicates"], 300);
  EXPECT_EQ(plain["books"]["near_duplicates"], plain["near"]["removed"]);
  for (const char* packer : {"gzip", "zstd -q"}) {
    std::system((std::string(packer) + " -k -c " + (folder_ / "rows.jsonl").string() + " > " +
                 (folder_ / "packed").string())
                    .c_str());
    for (const char* threads : {"1", "2", "4"}) {
      for (const char* memory : {"64KiB", "4MiB", "1GiB"}) {
        dedup({"packed", "-o", "b.jsonl", "--threads", threads, "--memory", memory});
        EXPECT_TRUE(content("b.jsonl") == content("a.jsonl")) << packer << threads << memory;
        std::filesystem::remove(folder_ / "b.jsonl");
      }
    }
  }
}

TEST_F(NearDedupCommandTest, ReadsAPipe) {
  dedup({"rows.jsonl", "-o", "a.jsonl"});
  const std::string command = "cd " + folder_.path().string() + " && cat rows.jsonl | " +
                              std::string(CORPUSMILL_BINARY_DIR) +
                              "/bin/corpusmill dedup --near --threshold 0.6 -q - -o b.jsonl";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_TRUE(content("b.jsonl") == content("a.jsonl"));
  EXPECT_EQ(folder_content(folder_.path()).size(), 5u);  // no temporary file is left
}

TEST_F(NearDedupCommandTest, TwoRunsWithAnIndexKeepWhatOneRunOverBothKeeps) {
  for (const bool exact : {true, false}) {
    const std::string switch_ = exact ? "--exact" : "--no-exact";
    const std::string whole = content("rows.jsonl");
    for (const double part : {0.1, 0.5, 0.9}) {
      const auto middle =
          whole.find('\n', static_cast<std::size_t>(part * static_cast<double>(whole.size()))) + 1;
      spill(folder_ / "1.jsonl", whole.substr(0, middle));
      spill(folder_ / "2.jsonl", whole.substr(middle));
      const nlohmann::json one = dedup({"1.jsonl", "2.jsonl", "-o", "one.jsonl", switch_});
      const nlohmann::json first =
          dedup({"1.jsonl", "-o", "out1.jsonl", "--index", "index", switch_});
      const nlohmann::json second =
          dedup({"2.jsonl", "-o", "out2.jsonl", "--index", "index", switch_});
      EXPECT_TRUE(content("out1.jsonl") + content("out2.jsonl") == content("one.jsonl")) << part;
      EXPECT_EQ(second["index_documents"], one["documents"]);
      EXPECT_EQ(first["books"]["kept"].get<int>() + second["books"]["kept"].get<int>(),
                one["books"]["kept"]);
      // A third run against both finds all of it again.
      spill(folder_ / "3.jsonl", content("one.jsonl"));
      const nlohmann::json third =
          dedup({"3.jsonl", "-o", "out3.jsonl", "--index", "index", switch_});
      EXPECT_EQ(third["documents"], 0);
      std::filesystem::remove_all(folder_ / "index");
    }
  }
}

TEST_F(NearDedupCommandTest, AnIndexRefusesOtherOptionsAndWhatItHas) {
  dedup({"rows.jsonl", "-o", "a.jsonl", "--index", "index"});
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"dedup", "--near", "--index", "index", "-o", "b.jsonl"});
    return run_corpusmill(arguments, {.folder = folder_.path()});
  };
  const ProgramResult other = run({"rows.jsonl", "--threshold", "0.7"});
  EXPECT_EQ(other.exit_code, 8);
  EXPECT_NE(other.err.find("threshold"), std::string::npos) << other.err;
  EXPECT_EQ(run({"rows.jsonl", "--threshold", "0.6"}).exit_code, 8);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "b.jsonl"));
}

}  // namespace
}  // namespace corpusmill
