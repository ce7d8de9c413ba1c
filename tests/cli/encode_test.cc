// `encode` and `decode` as filters: what goes in, what comes out, what is said about the rest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/run_program.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// The id of a byte is its value; 256 is <|endoftext|>.
struct EncodeCli : testing::Test {
  EncodeCli() { spill(folder / "tokenizer.json", byte_tokenizer_json()); }

  std::string path(const std::string& name) const { return (folder / name).string(); }

  ProgramResult run(const std::string& command, const std::string& input,
                    std::vector<std::string> options = {}) const {
    spill(folder / "input", input);
    options.insert(options.begin(),
                   {command, path("input"), "--tokenizer", path("tokenizer.json"), "-q"});
    return run_corpusmill(options);
  }
  std::string output_of(const std::string& command, const std::string& input,
                        const std::vector<std::string>& options = {}) const {
    const ProgramResult result = run(command, input, options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return result.out;
  }

  TempDir folder;
};

TEST_F(EncodeCli, EveryLineIsAText) {
  EXPECT_EQ(output_of("encode", "ab\n\n \nc<|endoftext|>"), "97 98\n\n32\n99 256\n");
  EXPECT_EQ(output_of("encode", "ab\r\nc\n", {"--bos", "--eos"}), "256 97 98 256\n256 99 256\n");
  EXPECT_EQ(output_of("encode", "a\n", {"--format", "json"}), "{\"ids\": [97]}\n");
  EXPECT_EQ(output_of("encode", "a\nb\n", {"--format", "bin"}), std::string("a\0b\0", 4));
  EXPECT_EQ(output_of("encode", "a\n", {"--format", "bin", "--dtype", "uint32"}),
            std::string("a\0\0\0", 4));
  EXPECT_EQ(output_of("encode", ""), "");
}

TEST_F(EncodeCli, RowsHaveTheirTextsAndRejectedOnesNone) {
  const std::string rows =
      "{\"text\": \"a\\nb\"}\n{\"text\": \"\"}\n{\"x\": 1}\nno json\n{\"text\": \"c\"}\n";
  EXPECT_EQ(output_of("encode", rows, {"--jsonl"}), "97 10 98\n\n99\n");
  const ProgramResult strict = run("encode", rows, {"--jsonl", "--strict"});
  EXPECT_EQ(strict.exit_code, 3);
  EXPECT_THAT(strict.err, HasSubstr("input:3: missing_text"));
  const ProgramResult filed = run("encode", rows, {"--jsonl", "--json", "-o", path("ids")});
  const json summary = json::parse(filed.out);
  EXPECT_EQ(summary["documents"], 3);
  EXPECT_EQ(summary["tokens"], 4);
  EXPECT_EQ(summary["books"]["rejected"]["invalid_json"], 1);
  EXPECT_EQ(slurp(folder / "ids"), "97 10 98\n\n99\n");
}

TEST_F(EncodeCli, SpecialsGoByPolicy) {
  const std::string text = "<|endoftext|>\n";
  EXPECT_EQ(output_of("encode", text, {"--special-in-text", "parse"}), "256\n");
  EXPECT_EQ(output_of("encode", text, {"--special-in-text", "reject"}), "");
  EXPECT_THAT(output_of("encode", text, {"--special-in-text", "text"}), HasSubstr("60 124 "));
}

TEST_F(EncodeCli, DecodingGivesTheTextBack) {
  const std::string text = "第一篇\n\ndocument <|endoftext|>\n";
  EXPECT_EQ(output_of("decode", output_of("encode", text)), text);
  const std::string rows = "{\"text\": \"a\\nb\"}\n{\"text\": \"é\\\"\"}\n";
  const std::string ids = output_of("encode", rows, {"--jsonl", "--format", "json"});
  EXPECT_EQ(output_of("decode", ids, {"--jsonl", "--format", "json"}), rows);
  const std::string binary = output_of("encode", "ab\ncd\n", {"--format", "bin"});
  EXPECT_EQ(output_of("decode", binary, {"--format", "bin"}), "abcd\n");
}

TEST_F(EncodeCli, IdsThatAreNoneCostTheirRow) {
  EXPECT_EQ(output_of("decode", "97\n97 257\nx\n98\n"), "a\nb\n");
  const ProgramResult strict = run("decode", "97\n97 257\n", {"--strict"});
  EXPECT_EQ(strict.exit_code, 3);
  EXPECT_THAT(strict.err, HasSubstr("input:2: wrong_type: id 257"));
  EXPECT_EQ(run("decode", "abc", {"--format", "bin"}).exit_code, 7);
  EXPECT_EQ(run("decode", "\xFF\xFF", {"--format", "bin"}).exit_code, 8);
}

TEST_F(EncodeCli, RowsKeepTheirOrderWhateverTheThreads) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i) + "\n";
  const std::string ids = output_of("encode", text, {"--threads", "4"});
  EXPECT_EQ(ids, output_of("encode", text, {"--threads", "1"}));
  EXPECT_EQ(output_of("decode", ids, {"--threads", "4"}), text);
}

TEST_F(EncodeCli, TheSummaryAndTheRowsDoNotMix) {
  const ProgramResult result = run("encode", "a\n", {"--json"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--output"));
}

TEST_F(EncodeCli, AReaderThatGoesAwayIsNoError) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "many words\n";
  spill(folder / "input", text);
  const ProgramResult result =
      run_corpusmill({"encode", path("input"), "--tokenizer", path("tokenizer.json"), "-q"},
                     {.close_output_after_line = true});
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.exit_code, 4);
}

TEST_F(EncodeCli, TokenizerInfoSaysWhatItIs) {
  spill(folder / "rows.jsonl", "{\"text\": \"é<|endoftext|>\"}\n{\"x\": 1}\n");
  const ProgramResult text = run_corpusmill({"tokenizer", "info", path("tokenizer.json")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_EQ(text.err, "");
  EXPECT_THAT(text.out, HasSubstr("byte-level-bpe"));
  EXPECT_THAT(text.out, HasSubstr("1: <|endoftext|>"));
  const ProgramResult sampled = run_corpusmill(
      {"tokenizer", "info", path("tokenizer.json"), path("rows.jsonl"), "--json", "-q"});
  const json summary = json::parse(sampled.out);
  EXPECT_EQ(summary["tokenizer"]["vocabulary_size"], 257);
  EXPECT_EQ(summary["tokenizer"]["added_tokens"][0]["id"], 256);
  EXPECT_EQ(summary["sample"]["tokens"], 3);
  EXPECT_EQ(summary["books"]["rejected"]["missing_text"], 1);
  EXPECT_EQ(run_corpusmill({"tokenizer", "inform", path("tokenizer.json")}).exit_code, 2);
}

}  // namespace
}  // namespace corpusmill
