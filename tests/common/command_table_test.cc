#include "common/command_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>

#include "common/options.h"

namespace corpusmill {
namespace {

using ::testing::HasSubstr;

ExitCode echo_command(const std::vector<std::string>& arguments) {
  OptionSet set("echo", "Say it");
  bool loud = false;
  add_switch(set.app(), "--loud", loud, "Louder");
  set.parse(arguments);
  return loud ? ExitCode::kFoundBad : ExitCode::kDone;
}
ExitCode refuse_command(const std::vector<std::string>&) {
  throw Error(ExitCode::kCorrupt, "x.zst: cut at byte 7");
}
ExitCode exhaust_command(const std::vector<std::string>&) {
  throw std::bad_alloc();
}
ExitCode break_command(const std::vector<std::string>&) {
  throw std::logic_error("off by one");
}

constexpr Command kTable[] = {{"echo", "say it", echo_command},
                              {"refuse", "always", refuse_command},
                              {"exhaust", "all memory", exhaust_command},
                              {"break", "a bug", break_command}};

struct Outcome {
  int code;
  std::string out, err;
};

Outcome run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "mill");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run_command_table("mill", kTable, static_cast<int>(argv.size()), argv.data());
  const std::string out = testing::internal::GetCapturedStdout();
  return {code, out, testing::internal::GetCapturedStderr()};
}

TEST(CommandTable, RunsTheCommandAndReturnsItsCode) {
  EXPECT_EQ(run({"echo"}).code, 0);
  EXPECT_EQ(run({"echo", "--loud"}).code, 1);
}

TEST(CommandTable, HelpListsTheCommands) {
  for (const char* spelling : {"--help", "-h", "help"}) {
    const Outcome outcome = run({spelling});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("refuse"));
  }
  EXPECT_THAT(run({"--version"}).out, HasSubstr("mill "));
}

TEST(CommandTable, HelpOfACommandGoesToStandardOutput) {
  const Outcome outcome = run({"echo", "--help"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("--loud"));
  EXPECT_EQ(outcome.err, "");
}

TEST(CommandTable, MisspeltCommandNamesTheNearest) {
  const Outcome outcome = run({"ehco"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "mill: there is no command 'ehco'; did you mean 'echo'?\n");
  EXPECT_EQ(run({}).code, 2);
  EXPECT_THAT(run({"qqqqqq"}).err, HasSubstr("--help lists them"));
}

TEST(CommandTable, ErrorsAreOneLineWithTheirExitCode) {
  const Outcome outcome = run({"refuse"});
  EXPECT_EQ(outcome.code, 7);
  EXPECT_EQ(outcome.err, "mill refuse: x.zst: cut at byte 7\n");
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(run({"echo", "--lound"}).err,
            "mill echo: there is no option --lound; did you mean --loud?\n");
}

TEST(CommandTable, OurBugsExit70) {
  EXPECT_EQ(run({"exhaust"}).code, 70);
  EXPECT_THAT(run({"exhaust"}).err, HasSubstr("out of memory"));
  EXPECT_EQ(run({"break"}).code, 70);
  EXPECT_THAT(run({"break"}).err, HasSubstr("a bug of ours: off by one"));
}

}  // namespace
}  // namespace corpusmill
