// dedup as its users call it.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>

#include "common/error.h"
#include "prep/commands/commands.h"
#include "prep/input/line_reader.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

const std::filesystem::path kMixed =
    std::filesystem::path(CORPUSMILL_SOURCE_DIR) / "../shared/data/mixed_small.jsonl";
const std::filesystem::path kTruth =
    std::filesystem::path(CORPUSMILL_SOURCE_DIR) / "../shared/data/mixed_small.truth.json";

nlohmann::json dedup(const std::filesystem::path& input, const std::filesystem::path& output,
                     std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {input.string(), "-o", output.string(), "--json", "-q"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  testing::internal::CaptureStdout();
  EXPECT_EQ(dedup_command(arguments), ExitCode::kDone);
  return nlohmann::json::parse(testing::internal::GetCapturedStdout());
}

std::vector<nlohmann::json> rows_of(const std::filesystem::path& path) {
  std::vector<nlohmann::json> rows;
  LineReader reader(InputSet::resolve({path.string()}));
  while (const auto batch = reader.next()) {
    for (const Line& line : batch->lines)
      rows.push_back(nlohmann::json::parse(batch->text_of(line)));
  }
  return rows;
}

TEST(DedupCommand, FindsTheInjectedGroupsAndNothingElse) {
  if (!std::filesystem::exists(kMixed)) GTEST_SKIP() << "needs ../shared/data";
  const TempDir folder;
  dedup(kMixed, folder / "kept.jsonl");
  std::set<std::uint64_t> expected;
  const nlohmann::json truth = nlohmann::json::parse(slurp(kTruth));
  for (const auto& group : truth.at("exact_groups")) {
    for (std::size_t i = 1; i < group.size(); ++i) expected.insert(group[i].get<std::uint64_t>());
  }
  ASSERT_FALSE(expected.empty());
  std::set<std::uint64_t> dropped;
  for (const auto& row : rows_of(folder / "kept.jsonl.rejected.jsonl.zst")) {
    if (row["reason"] == "exact_duplicate") dropped.insert(row["line"].get<std::uint64_t>());
  }
  EXPECT_EQ(dropped, expected);
}

TEST(DedupCommand, ComparesAFieldAndCountsRowsWithoutIt) {
  const TempDir folder;
  const std::string rows = R"({"text":"one","url":"http://a","meta":{"id":7}}
{"text":"two","url":"http://a"}
{"text":"one","url":"http:\/\/b","meta":{"id":8}}
{"text":"one"}
{"text":"one","url":null,"meta":{"id":7}}
{"text":"x","url":"HTTP://B","meta.id":"9","meta":{"id":8}}
)";
  spill(folder / "rows.jsonl", rows);
  const auto kept_texts = [&](const std::vector<std::string>& options) {
    const nlohmann::json summary = dedup(folder / "rows.jsonl", folder / "kept.jsonl", options);
    std::string texts;
    for (const auto& row : rows_of(folder / "kept.jsonl"))
      texts += row["text"].get<std::string>() + " ";
    return texts + summary["dedup"]["without_key"].dump();
  };
  EXPECT_EQ(kept_texts({"--key", "url"}), "one one one one x 2");
  EXPECT_EQ(kept_texts({"--key", "url", "--fold", "case"}), "one one one one 2");
  EXPECT_EQ(kept_texts({"--key", "meta.id"}), "one two one one x 2");
  EXPECT_EQ(kept_texts({"--key", "nothing"}), "one two one one one x 6");
  EXPECT_EQ(kept_texts({}), "one two x 0");
}

// Against a map, with every option, in any memory and with any number of threads.
TEST(DedupCommand, GivesTheSameBytesInAnyMemory) {
  const TempDir folder(TempDir::On::kMemory);
  std::mt19937_64 random(11);
  std::string rows;
  for (int i = 0; i < 9'000; ++i) {
    rows += R"({"id":)" + std::to_string(random() % 4'000) + R"(,"text":")" +
            std::string(70, random() % 2 ? 'a' : 'A') + (random() % 2 ? " " : "") +
            std::to_string(random() % 3'000) + "\"}\n";
  }
  spill(folder / "rows.jsonl", rows);
  for (const std::vector<std::string>& options : std::vector<std::vector<std::string>>{
           {}, {"--fold", "case,space"}, {"--key", "id"}, {"--no-exact"}}) {
    std::set<std::string> seen;
    std::string expected;
    std::istringstream lines(rows);
    for (std::string line; std::getline(lines, line);) {
      const auto row = nlohmann::json::parse(line);
      std::string key = options.size() > 1 && options[0] == "--key"
                            ? row["id"].dump()
                            : row["text"].get<std::string>();
      if (options.size() > 1 && options[0] == "--fold") {
        std::erase(key, ' ');
        for (char& c : key) c = c == 'A' ? 'a' : c;
      }
      const bool no_exact = options == std::vector<std::string>{"--no-exact"};
      if (seen.insert(key).second || no_exact) expected += line + "\n";
    }
    std::string quarantine;
    for (const char* memory : {"1GiB", "1", "200KB", "300KB"}) {
      for (const char* threads : {"1", "3"}) {
        std::vector<std::string> more = options;
        more.insert(more.end(), {"--memory", memory, "--threads", threads});
        dedup(folder / "rows.jsonl", folder / "kept.jsonl", more);
        ASSERT_EQ(slurp(folder / "kept.jsonl"), expected) << memory;
        const std::string rejected = slurp(folder / "kept.jsonl.rejected.jsonl.zst");
        if (quarantine.empty()) quarantine = rejected;
        ASSERT_EQ(rejected, quarantine) << memory;
      }
    }
  }
}

}  // namespace
}  // namespace corpusmill
