#include "common/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/error.h"

namespace corpusmill {
namespace {

using ::testing::HasSubstr;

struct Fixture {
  explicit Fixture(ConfigFile config = ConfigFile::kFlag)
      : set("clean", "Keep good lines", config) {
    set.app().add_option("inputs", inputs, "Files");
    set.app().add_option("-o,--output", output, "Where to")->required();
    set.app().add_option("--min-chars", min_chars, "Fewest characters")->check(CLI::Range(0, 100));
    set.app().add_option("--where", where, "Conditions");
    set.app().add_option("--hidden-size,--dim", hidden_size, "Width")->group("Model");
    set.app().add_option("--rate", rate, "Rate");
    add_switch(set.app(), "--bos,!--no-bos", bos, "Begin with BOS");
    set.example("corpusmill clean a.jsonl -o b.jsonl", "the usual");
    common.add_to(set.app());
  }

  // The message of the refusal, or "" if there was none.
  std::string refusal(const std::vector<std::string>& arguments) {
    try {
      set.parse(arguments);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.what();
    }
    return "";
  }

  OptionSet set;
  CommonOptions common;
  std::vector<std::string> inputs, where;
  std::string output;
  int min_chars = 5;
  std::uint64_t hidden_size = 512;
  double rate = 0.25;
  bool bos = true;
};

std::string write_config(const std::string& text) {
  const std::string path =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml";
  std::ofstream(path) << text;
  return path;
}

TEST(OptionSet, FillsVariablesFromFlags) {
  Fixture f;
  f.set.parse({"a", "--min-chars", "20", "-o", "out", "b", "--where", "x > 1", "--where=[y]",
               "--no-bos", "--memory", "64MiB", "--rate=1e-3", "c"});
  EXPECT_EQ(f.inputs, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(f.where, (std::vector<std::string>{"x > 1", "[y]"}));
  EXPECT_EQ(f.output, "out");
  EXPECT_EQ(f.min_chars, 20);
  EXPECT_FALSE(f.bos);
  EXPECT_EQ(f.common.memory_bytes, 64u << 20);
  EXPECT_DOUBLE_EQ(f.rate, 1e-3);
}

TEST(OptionSet, UnderscoresAndAliasesInFlags) {
  Fixture f;
  f.set.parse({"--min_chars=7", "--hidden_size", "64", "--output", "--odd_name"});
  EXPECT_EQ(f.min_chars, 7);
  EXPECT_EQ(f.hidden_size, 64u);
  EXPECT_EQ(f.output, "--odd_name");
}

TEST(OptionSet, EmptyValueAndLoneHyphen) {
  Fixture f;
  f.set.parse({"--output=", "-"});
  EXPECT_EQ(f.output, "");
  EXPECT_EQ(f.inputs, std::vector<std::string>{"-"});
}

TEST(OptionSet, MisspeltFlagNamesTheNearest) {
  Fixture f;
  EXPECT_THAT(f.refusal({"--otput", "x"}), HasSubstr("did you mean --output?"));
  Fixture g;
  EXPECT_THAT(g.refusal({"--zzzzzzzz"}), HasSubstr("--help lists the options"));
  Fixture h;
  EXPECT_THAT(h.refusal({"-o", "x", "-z"}), HasSubstr("there is no option -z"));
}

TEST(OptionSet, WrongValuesAreNamed) {
  EXPECT_EQ(Fixture().refusal({}), "--output is required; --help shows how");
  EXPECT_EQ(Fixture().refusal({"-o", "x", "--min-chars", "abc"}),
            "--min-chars: 'abc' is not a whole number");
  EXPECT_EQ(Fixture().refusal({"-o", "x", "--hidden-size", "-3"}),
            "--hidden-size: '-3' is not a whole number, 0 or more");
  EXPECT_EQ(Fixture().refusal({"-o", "x", "--memory", "4X"}), "--memory: '4X' is not a byte size");
  EXPECT_THAT(Fixture().refusal({"-o", "x", "--min-chars", "101"}), HasSubstr("--min-chars"));
  EXPECT_EQ(Fixture().refusal({"-o", "x", "--rate", "1", "--rate", "2"}),
            "--rate is given 2 times; it takes one value");
  EXPECT_THAT(Fixture().refusal({"-o"}), HasSubstr("--output"));
}

TEST(OptionSet, FlagsWinOverTheFile) {
  Fixture f;
  f.set.parse({"--config",
               write_config("min_chars = 9\noutput = \"a # b\"\nwhere = [\"p\", \"q\"]\n"
                            "bos = false\nmemory = \"1GiB\"\ninputs = [\"x\", \"y\"]\nrate = 2\n"),
               "--min-chars", "3", "--where", "r"});
  EXPECT_EQ(f.min_chars, 3);
  EXPECT_EQ(f.output, "a # b");
  EXPECT_EQ(f.where, std::vector<std::string>{"r"});
  EXPECT_FALSE(f.bos);
  EXPECT_EQ(f.common.memory_bytes, 1u << 30);
  EXPECT_EQ(f.inputs, (std::vector<std::string>{"x", "y"}));
  EXPECT_DOUBLE_EQ(f.rate, 2);
}

TEST(OptionSet, FileWithAliasAndNegatedSwitch) {
  Fixture f;
  f.set.parse(
      {"--config", write_config("dim = 768\nno_bos = true\noutput = \"o\"\nmin-chars = 1\n")});
  EXPECT_EQ(f.hidden_size, 768u);
  EXPECT_FALSE(f.bos);
  EXPECT_EQ(f.min_chars, 1);
}

TEST(OptionSet, FileRefusals) {
  const auto refusal = [](const std::string& text) {
    return Fixture().refusal({"-o", "x", "--config", write_config(text)});
  };
  EXPECT_THAT(refusal("\nmin_char = 3\n"),
              HasSubstr("toml: line 2: unknown key 'min_char'; did you mean 'min_chars'?"));
  EXPECT_THAT(refusal("min_chars = \"3\"\n"), HasSubstr("'min_chars' wants a whole number"));
  EXPECT_THAT(refusal("min_chars = 3.5\n"), HasSubstr("'min_chars' wants a whole number"));
  EXPECT_THAT(refusal("min_chars = true\n"), HasSubstr("'min_chars' wants a whole number"));
  EXPECT_THAT(refusal("bos = 1\n"), HasSubstr("'bos' wants true or false"));
  EXPECT_THAT(refusal("rate = [1, 2]\n"), HasSubstr("'rate' takes one value"));
  EXPECT_THAT(refusal("[model]\ndim = 3\n"), HasSubstr("sections are not used"));
  EXPECT_THAT(refusal("dim = 3\nhidden_size = 4\n"), HasSubstr("are the same option"));
  EXPECT_THAT(refusal("min_chars = \n"), HasSubstr("line 1, column"));
  EXPECT_THAT(refusal("min_chars = 500\n"), HasSubstr(".toml: "));
  EXPECT_THAT(refusal("config = \"x\"\n"), HasSubstr("unknown key 'config'"));
}

TEST(OptionSet, MissingConfigFileIsAnInputError) {
  Fixture f;
  try {
    f.set.parse({"-o", "x", "--config", "/nonexistent.toml"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kInputIo);
    EXPECT_THAT(error.what(), HasSubstr("/nonexistent.toml"));
  }
}

TEST(OptionSet, PositionalConfigLeavesOtherPositionals) {
  Fixture f(ConfigFile::kPositional);
  f.set.parse({write_config("output = \"from file\"\nmin_chars = 2\n"), "in1", "in2"});
  EXPECT_EQ(f.output, "from file");
  EXPECT_EQ(f.min_chars, 2);
  EXPECT_EQ(f.inputs, (std::vector<std::string>{"in1", "in2"}));
  Fixture g(ConfigFile::kPositional);
  EXPECT_THAT(g.refusal({"-o", "x"}), HasSubstr("config file"));
}

TEST(OptionSet, ValuesAreTyped) {
  Fixture f;
  f.set.parse({"a", "-o", "out", "--memory", "2KiB", "--where", "x"});
  const nlohmann::json values = f.set.values();
  EXPECT_EQ(values["min_chars"], 5);
  EXPECT_EQ(values["output"], "out");
  EXPECT_EQ(values["memory"], 2048);
  EXPECT_EQ(values["where"], nlohmann::json::array({"x"}));
  EXPECT_EQ(values["inputs"], nlohmann::json::array({"a"}));
  EXPECT_EQ(values["bos"], true);
  EXPECT_EQ(values["quiet"], false);
  EXPECT_EQ(values["rate"], 0.25);
  EXPECT_EQ(values["tmp_dir"], "");
  EXPECT_FALSE(values.contains("config"));
  EXPECT_FALSE(values.contains("help"));
  EXPECT_TRUE(f.set.given("--where"));
  EXPECT_FALSE(f.set.given("--rate"));
}

TEST(OptionSet, HelpShowsGroupsDefaultsAndExamples) {
  Fixture f;
  try {
    f.set.parse({"--help"});
    FAIL();
  } catch (const HelpRequested& help) {
    for (const char* part : {"Keep good lines", "Usage: corpusmill clean", "--min-chars N",
                             "(default: 5)", "(default: 4GiB)", "(default: on)", "(required)",
                             "Model:", "Common:", "# the usual", "Fewest characters"}) {
      EXPECT_THAT(help.text, HasSubstr(part));
    }
  }
}

TEST(CommonOptions, ThreadsZeroIsEveryCore) {
  EXPECT_GE(CommonOptions().thread_count(), 1);
  CommonOptions three;
  three.threads = 3;
  EXPECT_EQ(three.thread_count(), 3);
}

}  // namespace
}  // namespace corpusmill
