// check, clean and preview as their users call them.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "common/error.h"
#include "prep/commands/commands.h"
#include "prep/input/line_reader.h"
#include "prep/output/frame_compressor.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

const std::filesystem::path kMixed =
    std::filesystem::path(CORPUSMILL_SOURCE_DIR) / "../shared/data/mixed_small.jsonl";
const std::filesystem::path kTruth =
    std::filesystem::path(CORPUSMILL_SOURCE_DIR) / "../shared/data/mixed_small.truth.json";

struct Outcome {
  ExitCode code = ExitCode::kDone;
  std::string out;
  std::string message;
};

Outcome run(CommandFunction command, const std::vector<std::string>& arguments) {
  Outcome outcome;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    outcome.code = command(arguments);
  } catch (const Error& error) {
    outcome.code = error.code();
    outcome.message = error.what();
  }
  outcome.out = testing::internal::GetCapturedStdout();
  testing::internal::GetCapturedStderr();
  return outcome;
}

// Decompressed, whatever the suffix.
std::string content_of(const std::filesystem::path& path) {
  LineReader reader(InputSet::resolve({path}));
  std::string content;
  while (const auto batch = reader.next()) {
    for (const Line& line : batch->lines) content += batch->raw_of(line);
  }
  return content;
}

std::vector<nlohmann::json> rows_of(const std::filesystem::path& path) {
  std::istringstream lines(content_of(path));
  std::vector<nlohmann::json> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(nlohmann::json::parse(line));
  return rows;
}

const char kDirty[] =
    "\xEF\xBB\xBF{\"text\":\"one\"}\r\n"
    "\n"
    "{\"text\":\"bad\xFF\"}\n"
    "{\"text\":\"two\"}\n"
    "{\"txt\":\"three\"}\n"
    "   \n"
    "{\"text\":\"\x1B[31mraw control\"}\n"
    "{\"text\":\"four\"}";

TEST(CheckCommand, FindsTheBrokenLinesOfTheTruthFile) {
  if (!std::filesystem::exists(kTruth)) GTEST_SKIP() << "needs " << kTruth;
  const TempDir folder;
  const auto truth = nlohmann::json::parse(slurp(kTruth));
  const Outcome outcome =
      run(check_command, {kMixed, "--report", folder / "bad.jsonl", "--json", "--quiet"});
  EXPECT_EQ(outcome.code, ExitCode::kFoundBad);
  const auto summary = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(summary["books"]["lines_in"], truth["lines"]);
  EXPECT_EQ(summary["books"]["kept"], truth["usable_lines"]);
  EXPECT_EQ(summary["bytes_in"], truth["bytes"]);

  const std::vector<nlohmann::json> rows = rows_of(folder / "bad.jsonl");
  ASSERT_EQ(rows.size(), truth["broken"].size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const nlohmann::json& wanted = truth["broken"][i];
    EXPECT_EQ(rows[i]["line"], wanted["line"]);
    EXPECT_EQ(rows[i]["offset"], wanted["offset"]);
    EXPECT_EQ(rows[i]["reason"] == "missing_text", wanted["verdict"] == "bad_schema");
  }
}

TEST(CleanCommand, KeepsTheOtherLinesByteForByte) {
  if (!std::filesystem::exists(kTruth)) GTEST_SKIP() << "needs " << kTruth;
  const TempDir folder;
  const auto truth = nlohmann::json::parse(slurp(kTruth));
  std::set<std::size_t> broken;
  for (const auto& row : truth["broken"]) broken.insert(row["line"].get<std::size_t>());
  std::string wanted;
  LineReader reader(InputSet::resolve({kMixed}));
  while (const auto batch = reader.next()) {
    for (const Line& line : batch->lines) {
      if (!broken.contains(line.origin.line)) wanted += batch->raw_of(line);
    }
  }
  if (!wanted.ends_with('\n')) wanted += '\n';

  const std::string mixed = slurp(kMixed);
  spill(folder / "in.gz", FrameCompressor(Compression::kGzip).compress(mixed));
  spill(folder / "in.zst", FrameCompressor(Compression::kZstd).compress(mixed));
  std::set<std::string> compressed_outputs, quarantines;
  for (const std::string& input :
       {kMixed.string(), (folder / "in.gz").string(), (folder / "in.zst").string()}) {
    for (const char* threads : {"1", "2", "8"}) {
      for (const char* name : {"out.jsonl", "out.jsonl.zst", "out.jsonl.gz"}) {
        const std::string output = folder / name;
        ASSERT_EQ(run(clean_command, {input, "-o", output, "--threads", threads, "-q"}).code,
                  ExitCode::kDone);
        ASSERT_EQ(content_of(output), wanted);
        if (output.ends_with(".zst")) compressed_outputs.insert(slurp(output));
        std::string rows;
        for (nlohmann::json& row : rows_of(output + ".rejected.jsonl.zst")) {
          row.erase("file");
          rows += row.dump();
        }
        quarantines.insert(rows);
      }
    }
  }
  EXPECT_EQ(compressed_outputs.size(), 1);
  EXPECT_EQ(quarantines.size(), 1);
}

TEST(CleanCommand, LineEndsQuarantineAndBooks) {
  const TempDir folder;
  spill(folder / "in.jsonl", kDirty);
  const std::string output = folder / "new" / "out.jsonl";
  const Outcome outcome = run(clean_command, {folder / "in.jsonl", "-o", output, "--json", "-q"});
  EXPECT_EQ(outcome.code, ExitCode::kDone);
  EXPECT_EQ(slurp(output), "{\"text\":\"one\"}\r\n{\"text\":\"two\"}\n{\"text\":\"four\"}\n");

  const auto books = nlohmann::json::parse(outcome.out)["books"];
  EXPECT_EQ(books["lines_in"], 8);
  EXPECT_EQ(books["bytes_in"], sizeof(kDirty) - 1 - 3) << "all but the byte order mark";
  EXPECT_EQ(books["kept"], 3);
  EXPECT_EQ(books["empty_lines"], 2);

  const std::vector<nlohmann::json> rows = rows_of(output + ".rejected.jsonl.zst");
  ASSERT_EQ(rows.size(), 3);
  EXPECT_EQ(rows[0]["line"], 3);
  EXPECT_EQ(rows[0]["offset"], 20);
  EXPECT_EQ(rows[0]["column"], 13);
  EXPECT_EQ(rows[0]["raw_base64"], "eyJ0ZXh0IjoiYmFk/yJ9");
  EXPECT_EQ(rows[1]["raw"], "{\"txt\":\"three\"}");
  EXPECT_EQ(rows[2]["reason"], "invalid_json");
}

TEST(CleanCommand, NothingIsPublishedWhenItFails) {
  const TempDir folder;
  spill(folder / "in.jsonl", kDirty);
  const std::string output = folder / "out.jsonl";
  const Outcome strict = run(clean_command, {folder / "in.jsonl", "-o", output, "--strict", "-q"});
  EXPECT_EQ(strict.code, ExitCode::kInputRejected);
  EXPECT_NE(strict.message.find("in.jsonl:3: invalid_utf8"), std::string::npos) << strict.message;

  const std::string frame = FrameCompressor(Compression::kZstd).compress(kDirty);
  spill(folder / "cut.jsonl.zst", frame.substr(0, frame.size() - 1));
  EXPECT_EQ(run(clean_command, {folder / "cut.jsonl.zst", "-o", output, "-q"}).code,
            ExitCode::kCorrupt);
  EXPECT_EQ(run(clean_command, {folder / "in.jsonl", "-o", folder / "in.jsonl", "-q"}).code,
            ExitCode::kUsage);
  EXPECT_EQ(run(clean_command, {folder / "none.jsonl", "-o", output, "-q"}).code,
            ExitCode::kInputIo);
  std::set<std::string> left;
  for (const auto& [name, content] : folder_content(folder.path())) {
    if (!name.ends_with(".lock")) left.insert(name);
  }
  EXPECT_EQ(left, (std::set<std::string>{"in.jsonl", "cut.jsonl.zst"}));
}

TEST(CheckCommand, ShowsBadLinesWithoutTheirControlCodes) {
  const TempDir folder;
  spill(folder / "in.jsonl", kDirty);
  const Outcome outcome = run(check_command, {folder / "in.jsonl", "--show", "5", "-q"});
  EXPECT_EQ(outcome.code, ExitCode::kFoundBad);
  EXPECT_NE(outcome.out.find("in.jsonl:3: invalid_utf8"), std::string::npos);
  EXPECT_NE(outcome.out.find("bad\\xff"), std::string::npos);
  EXPECT_NE(outcome.out.find("\\u{1b}[31mraw"), std::string::npos);
  EXPECT_EQ(outcome.out.find('\x1B'), std::string::npos);
  EXPECT_EQ(run(check_command, {folder / "in.jsonl", "--show", "0", "-q"}).out, "");
  spill(folder / "good.jsonl", "{\"text\":\"a\"}\n");
  EXPECT_EQ(run(check_command, {folder / "good.jsonl", "-q"}).code, ExitCode::kDone);
}

TEST(CheckCommand, LinesOverTheLimitAreCountedAndPassed) {
  const TempDir folder;
  spill(folder / "in.jsonl", "{\"text\":\"" + std::string(3000, 'x') + "\"}\n{\"text\":\"a\"}\n");
  const Outcome outcome =
      run(check_command, {folder / "in.jsonl", "--line-bytes-max", "1KiB", "--json", "-q"});
  const auto books = nlohmann::json::parse(outcome.out)["books"];
  EXPECT_EQ(books["rejected"]["line_too_long"], 1);
  EXPECT_EQ(books["kept"], 1);
  EXPECT_EQ(books["bytes_in"], 3012 + 13);
}

TEST(PreviewCommand, CutsAtCharactersAndListsFields) {
  const TempDir folder;
  spill(folder / "in.jsonl",
        "{\"text\":\"汉字汉字\",\"n\":1e999,\"list\":[1,{}]}\nnot "
        "json\n{\"text\":\"b\",\"n\":null}\n");
  const Outcome outcome = run(preview_command, {folder / "in.jsonl", "-n", "9", "--width", "3"});
  EXPECT_EQ(outcome.code, ExitCode::kDone);
  EXPECT_NE(outcome.out.find("text: \"汉字汉… (1 more)\""), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("bad line: invalid_json"), std::string::npos);
  EXPECT_NE(outcome.out.find("null (1), number (1)"), std::string::npos);
}

}  // namespace
}  // namespace corpusmill
