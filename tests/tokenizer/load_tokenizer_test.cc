#include <gtest/gtest.h>

#include "common/error.h"
#include "common/file.h"
#include "tests/support/temp_dir.h"
#include "tokenizer/learn/byte_level_trainer.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {
namespace {

ExitCode code_of_loading(const std::filesystem::path& path) {
  try {
    load_tokenizer(path);
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos) << error.what();
    return error.code();
  }
  return ExitCode::kDone;
}

TEST(LoadTokenizerTest, AFolderOrItsFileWithTheConfigBesideIt) {
  const TempDir folder;
  const TrainedByteLevel trained =
      ByteLevelTrainer({.specials = {"<b>", "<e>"}, .merges = {.vocabulary_size = 258}}).finish();
  write_file_atomically(folder.path() / "tokenizer.json", trained.tokenizer_json);
  const auto bare = load_tokenizer(folder.path());
  EXPECT_EQ(bare->special_ids(), SpecialIds{});
  write_file_atomically(folder.path() / "tokenizer_config.json", R"({"eos_token": "<e>"})");
  const auto named = load_tokenizer(folder.path() / "tokenizer.json");
  EXPECT_EQ(named->special_ids().eos, 1U);
  EXPECT_EQ(named->digest(), bare->digest());
}

TEST(LoadTokenizerTest, WhatIsNoTokenizerIsRefusedByItsName) {
  const TempDir folder;
  EXPECT_EQ(code_of_loading(folder.path()), ExitCode::kInputIo);
  EXPECT_EQ(code_of_loading(folder.path() / "missing.json"), ExitCode::kInputIo);
  const std::filesystem::path file = folder.path() / "file";
  for (const std::string bytes : {"", "text", "{", "{}", "\x0A\x7Fxx"}) {
    write_file_atomically(file, bytes);
    EXPECT_EQ(code_of_loading(file), ExitCode::kCorrupt) << bytes;
    remove_file(file);
  }
}

}  // namespace
}  // namespace corpusmill
