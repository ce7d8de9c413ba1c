// `repeats` from rows to a set of shards without what they repeat.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "prep/repeats/suffix_array.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// The id of a byte is its value; 256 is <|endoftext|>, which begins and ends documents.
struct RepeatsCli : testing::Test {
  void SetUp() override {
    if (!has_suffix_arrays()) GTEST_SKIP() << "built without libdivsufsort";
    spill(folder / "tokenizer.json", byte_tokenizer_json());
  }

  std::string path(const std::string& name) const { return (folder / name).string(); }

  ProgramResult run(std::vector<std::string> arguments) const {
    const ProgramResult result = run_corpusmill(std::move(arguments));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result;
  }

  void tokenize(const std::vector<std::string>& texts) const {
    std::string rows;
    for (const std::string& text : texts) rows += json{{"text", text}}.dump() + "\n";
    spill(folder / "rows.jsonl", rows);
    run({"tokenize", path("rows.jsonl"), "--tokenizer", path("tokenizer.json"), "-o", path("data"),
         "--bos", "--eos", "-q"});
  }

  // The texts of a set, document by document.
  std::vector<std::string> texts_of(const std::string& manifest) const {
    std::vector<std::string> texts;
    const std::uint64_t documents =
        json::parse(run({"inspect", path(manifest), "--json", "-q"}).out)["documents"];
    for (std::uint64_t i = 0; i < documents; ++i) {
      const json shown =
          json::parse(run({"inspect", path(manifest), "--tokenizer", path("tokenizer.json"),
                           "--document", std::to_string(i), "--json", "-q"})
                          .out);
      std::string text;
      for (const int id : shown["window"]["ids"]) {
        if (id < 256) text += static_cast<char>(id);
      }
      texts.push_back(text);
    }
    return texts;
  }

  TempDir folder;
};

const std::string kLicence = "Permission is hereby granted, free of charge, to any person.";
const std::string kChinese = "床前明月光，疑是地上霜。举头望明月，低头思故乡。";

TEST_F(RepeatsCli, FindsAndCutsAllButTheFirst) {
  tokenize({"One. " + kLicence + " End of one.", "Two: " + kLicence + " End of two!", "Alone.",
            kLicence, "中" + kChinese + "国", "李白：" + kChinese + "完"});
  const json found = json::parse(
      run({"repeats", path("data.json"), "--min-tokens", "40", "-o", path("repeats.jsonl"), "--cut",
           path("unique"), "--tokenizer", path("tokenizer.json"), "--json", "-q"})
          .out);
  EXPECT_EQ(texts_of("unique.json"),
            (std::vector<std::string>{"One. " + kLicence + " End of one.", "Two:two!", "Alone.",
                                      "中" + kChinese + "国", "李白：完"}));
  EXPECT_EQ(found["cut"]["documents_dropped"], 1);
  EXPECT_EQ(found["repeats"]["spans"], 3);
  EXPECT_EQ(found["documents"], 5);
  run({"verify", path("unique.json"), "-q"});

  std::istringstream rows(slurp(folder / "repeats.jsonl"));
  std::string first;
  std::getline(rows, first);
  const json row = json::parse(first);
  EXPECT_EQ(row["split"], "train");
  EXPECT_EQ(row["document"], 1);
  EXPECT_EQ(row["line"], 2);
  EXPECT_EQ(row["at"], 5);                        // behind BOS and "Two:"
  EXPECT_EQ(row["tokens"], kLicence.size() + 9);  // with " " and " End of "
  EXPECT_EQ(row["of_document"], 0);
  EXPECT_EQ(row["of_line"], 1);
  EXPECT_EQ(row["of_at"], 5);
}

// Characters that share some of their bytes stand at the ends of what is repeated.
TEST_F(RepeatsCli, NeverCutsInsideACharacter) {
  const std::string shared(60, 'x');
  tokenize({"中" + shared + "\xE4\xB8\xAD.", "下\xE4\xB8\xAD" + shared + "\xE4\xB8\x96!",
            "\xE5\xBE\xAD" + shared + "?"});
  run({"repeats", path("data.json"), "--cut", path("unique"), "--tokenizer", path("tokenizer.json"),
       "-q"});
  EXPECT_EQ(texts_of("unique.json"),
            (std::vector<std::string>{"中" + shared + "中.", "下世!", "\xE5\xBE\xAD?"}));
}

TEST_F(RepeatsCli, SaysWhatItCannotDo) {
  tokenize({"Some text."});
  const ProgramResult small =
      run_corpusmill({"repeats", path("data.json"), "--memory", "100", "-q"});
  EXPECT_EQ(small.exit_code, 2);
  EXPECT_THAT(small.err, HasSubstr("needs 1MiB of memory"));
  const ProgramResult alone =
      run_corpusmill({"repeats", path("data.json"), "--cut", path("unique"), "-q"});
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_THAT(alone.err, HasSubstr("--tokenizer"));
  const std::vector<std::string> cut = {
      "repeats",     path("data.json"),      "--cut", path("unique"),
      "--tokenizer", path("tokenizer.json"), "-q"};
  run(cut);
  run(cut);  // verifies what is there
  std::vector<std::string> other = cut;
  other.insert(other.end(), {"--min-tokens", "7"});
  const ProgramResult refused = run_corpusmill(other);
  EXPECT_EQ(refused.exit_code, 8);
  EXPECT_THAT(refused.err, HasSubstr("holds another set"));
}

}  // namespace
}  // namespace corpusmill
