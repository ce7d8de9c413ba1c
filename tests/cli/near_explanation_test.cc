#include "prep/near/near_explanation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/error.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

std::string words(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += "w" + std::to_string(i) + " ";
  return text;
}

// A chain: each is like its neighbours alone. Then a repeat, a broken line and a stranger.
class NearExplanationTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string rows;
    for (int i = 0; i < 3; ++i) {
      rows += nlohmann::json{{"text", words(10 * i, 10 * i + 100)}}.dump() + "\n";
    }
    rows += nlohmann::json{{"text", words(0, 100)}}.dump() + "\n{broken\n";
    rows += nlohmann::json{{"text", "nothing like the others, this one"}}.dump() + "\n";
    spill(folder_ / "rows.jsonl", rows);
  }

  nlohmann::json explain(int line) {
    const ProgramResult result = run_corpusmill(arguments(line, true), {.folder = folder_.path()});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return nlohmann::json::parse(result.out);
  }
  static std::vector<std::string> arguments(int line, bool json) {
    std::vector<std::string> arguments = {
        "dedup", "--near",  "rows.jsonl", "--bands",
        "60",    "--rows",  "2",          "--threshold",
        "0.75",  "--quiet", "--explain",  "rows.jsonl:" + std::to_string(line)};
    if (json) arguments.emplace_back("--json");
    return arguments;
  }

  TempDir folder_;
};

TEST_F(NearExplanationTest, TellsOfADroppedRowWhoStaysForIt) {
  const nlohmann::json row = explain(2);
  EXPECT_EQ(row["kept"], false);
  EXPECT_EQ(row["decision"], "dropped, near_duplicate of rows.jsonl, line 1");
  EXPECT_EQ(row["cluster"]["documents"], 3);
  EXPECT_EQ(row["cluster"]["line"], 1);
  ASSERT_EQ(row["comparisons"].size(), 2u);
  EXPECT_EQ(row["comparisons"][0]["line"], 1);
  EXPECT_EQ(row["comparisons"][0]["verdict"], "alike, and stays");
  EXPECT_NEAR(row["comparisons"][0]["similarity"].get<double>(), 86.0 / 106, 1e-9);
  EXPECT_EQ(row["comparisons"][1]["verdict"], "alike, stays");
}

TEST_F(NearExplanationTest, TellsOfAKeptRowWhatItWasComparedWith) {
  const nlohmann::json row = explain(3);
  EXPECT_EQ(row["kept"], true);
  EXPECT_EQ(row["cluster"]["documents"], 3);
  ASSERT_GE(row["comparisons"].size(), 1u);
  EXPECT_EQ(row["comparisons"][0]["line"], 2);
  EXPECT_EQ(row["comparisons"][0]["verdict"], "alike, but gone itself");
}

TEST_F(NearExplanationTest, TellsOfRowsThatDidNotComeSoFar) {
  EXPECT_EQ(explain(4)["decision"], "dropped, exact_duplicate: same text as rows.jsonl, line 1");
  EXPECT_NE(explain(5)["decision"].get<std::string>().find("invalid_json"), std::string::npos);
  EXPECT_EQ(explain(6)["decision"], "kept; it shares no band with any other text");
  EXPECT_EQ(run_corpusmill(arguments(7, true), {.folder = folder_.path()}).exit_code, 2);
}

TEST_F(NearExplanationTest, IsReadableAndWritesNothing) {
  const ProgramResult result = run_corpusmill(arguments(2, false), {.folder = folder_.path()});
  for (const char* part : {"rows.jsonl, line 2: dropped", "0.8113", "w10 w11", "cluster of 3"}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << result.out;
  }
  EXPECT_EQ(folder_content(folder_.path()).size(), 1u);
}

TEST(FindLine, TakesAPlaceAsPeopleWriteIt) {
  const TempDir folder;
  spill(folder / "a.jsonl", "");
  spill(folder / "b:c.jsonl", "");
  const InputSet inputs =
      InputSet::resolve({(folder / "a.jsonl").string(), (folder / "b:c.jsonl").string()});
  EXPECT_EQ(find_line("a.jsonl:7", inputs), LineId::of({0, 7, 0}));
  EXPECT_EQ(find_line("b:c.jsonl:1", inputs), LineId::of({1, 1, 0}));
  EXPECT_EQ(find_line((folder / "a.jsonl").string() + ":2", inputs), LineId::of({0, 2, 0}));
  for (const char* bad :
       {"a.jsonl", "a.jsonl:", "a.jsonl:0", "a.jsonl:x", "d.jsonl:1", ".jsonl:1"}) {
    EXPECT_THROW(find_line(bad, inputs), Error) << bad;
  }
}

}  // namespace
}  // namespace corpusmill
