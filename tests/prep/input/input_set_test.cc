#include "prep/input/input_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "common/error.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

std::vector<std::string> file_names(const InputSet& inputs) {
  std::vector<std::string> names;
  for (const InputFile& file : inputs.files()) names.push_back(file.path.filename());
  return names;
}

TEST(InputSet, FoldersGlobsAndRepeats) {
  const TempDir folder;
  std::filesystem::create_directories(folder / "sub.jsonl");
  for (const char* name : {"b.jsonl", "B.jsonl", "a10.jsonl.gz", "a9.jsonl.zst", "c.json", "d.txt",
                           ".hidden.jsonl", "e.jsonl.tmp"}) {
    spill(folder / name, "x");
  }
  const std::string root = folder.path();
  const std::vector<std::string> sorted = {"B.jsonl", "a10.jsonl.gz", "a9.jsonl.zst", "b.jsonl",
                                           "c.json"};
  EXPECT_EQ(file_names(InputSet::resolve({root})), sorted);
  EXPECT_EQ(InputSet::resolve({root}).bytes_on_disk(), 5);
  EXPECT_EQ(file_names(InputSet::resolve({root + "/a*"})),
            (std::vector<std::string>{"a10.jsonl.gz", "a9.jsonl.zst"}));
  EXPECT_EQ(file_names(InputSet::resolve({root.substr(0, root.size() - 1) + "?/[bB].jsonl"})),
            (std::vector<std::string>{"B.jsonl", "b.jsonl"}));

  std::filesystem::create_hard_link(folder / "b.jsonl", folder / "linked.txt");
  const InputSet repeated = InputSet::resolve({root + "/b.jsonl", root, root + "/linked.txt"});
  EXPECT_EQ(file_names(repeated)[0], "b.jsonl");
  EXPECT_EQ(repeated.files().size(), 5);
  EXPECT_EQ(repeated.warnings().size(), 2);
  EXPECT_THROW(repeated.refuse_as_output(folder / "linked.txt"), Error);
  EXPECT_NO_THROW(repeated.refuse_as_output(folder / "new.jsonl"));
}

TEST(InputSet, RefusesWhatIsNotThere) {
  const TempDir folder;
  const std::string root = folder.path();
  const auto code = [](const std::vector<std::string>& arguments) {
    try {
      InputSet::resolve(arguments);
    } catch (const Error& error) {
      return error.code();
    }
    return ExitCode::kDone;
  };
  EXPECT_EQ(code({}), ExitCode::kUsage);
  EXPECT_EQ(code({root + "/none.jsonl"}), ExitCode::kInputIo);
  EXPECT_EQ(code({root}), ExitCode::kInputIo);
  EXPECT_EQ(code({root + "/*.jsonl"}), ExitCode::kInputIo);
  EXPECT_EQ(code({root + "/no/such/*.jsonl"}), ExitCode::kInputIo);
  EXPECT_EQ(code({"-"}), ExitCode::kDone);
}

}  // namespace
}  // namespace corpusmill
