#include "train/train_options.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "common/error.h"
#include "common/options.h"

namespace corpusmill {
namespace {

TrainOptions parse(const std::vector<std::string>& arguments,
                   ConfigFile config = ConfigFile::kFlag) {
  TrainOptions options;
  OptionSet set("pretrain", "", config);
  options.add_to(set.app());
  set.parse(arguments);
  options.validate();
  return options;
}

TEST(TrainOptions, MiniMindsNamesAreAliases) {
  const TrainOptions options = parse({"--data_path",          "d.json", "--dim",           "512",
                                      "--n_layers",           "8",      "--max_seq_len",   "340",
                                      "--accumulation_steps", "8",      "--batch_size",    "32",
                                      "--learning_rate",      "0.0005", "--out_dir",       "o",
                                      "--log_interval",       "7",      "--save_interval", "9",
                                      "--from_resume",        "0",      "--grad_clip",     "0.5",
                                      "--warmup_iters",       "3",      "--epochs",        "2"});
  EXPECT_EQ(options.data, "d.json");
  EXPECT_EQ(options.model.hidden_size, 512);
  EXPECT_EQ(options.model.num_hidden_layers, 8);
  EXPECT_EQ(options.seq_len, 340u);
  EXPECT_EQ(options.global_batch(), 256u);
  EXPECT_EQ(options.output, "o");
  EXPECT_EQ(options.log_steps, 7u);
  EXPECT_EQ(options.save_steps, 9u);
  EXPECT_EQ(options.resume, "none");
  EXPECT_EQ(options.warmup_steps, 3u);
  EXPECT_EQ(options.epochs, 2u);
}

TEST(TrainOptions, EveryConfigOfOursIsUnderstood) {
  std::size_t configs = 0;
  const std::filesystem::path folder = std::filesystem::path(CORPUSMILL_SOURCE_DIR) / "configs";
  for (const char* name : {"tiny", "minimind-25.83m", "minimind-26.88m", "minimind-104m"}) {
    const std::string path = folder / (std::string(name) + ".toml");
    const TrainOptions options = parse({path, "--data", "d.json"}, ConfigFile::kPositional);
    EXPECT_FALSE(options.model.model.empty()) << path;
    EXPECT_EQ(resolve_model(options.model, 6400, options.seq_len).vocab_size, 6400);
    ++configs;
  }
  EXPECT_EQ(configs, 4u);
}

TEST(ResolveModel, OptionsOverrideThePreset) {
  ModelOptions options;
  options.model = "25.83m";
  EXPECT_EQ(resolve_model(options, 6400, 512).parameter_count(), 25'829'888);
  options.num_hidden_layers = 4;
  options.tie_word_embeddings = false;
  const ModelConfig config = resolve_model(options, 6400, 512);
  EXPECT_EQ(config.num_hidden_layers, 4);
  EXPECT_FALSE(config.tie_word_embeddings);
  EXPECT_EQ(config.hidden_size, 512);
}

TEST(ResolveModel, WhatIsNotGivenFollows) {
  ModelOptions options;
  options.hidden_size = 768;
  const ModelConfig config = resolve_model(options, 5000, 100'000);
  EXPECT_EQ(config.vocab_size, 5000);
  EXPECT_EQ(config.intermediate_size, 2048);
  EXPECT_EQ(config.max_position_embeddings, 100'000);
  options.intermediate_size = 320;
  EXPECT_EQ(resolve_model(options, 5000, 512).intermediate_size, 320);
}

TEST(TrainOptions, RefusesWhatCannotBe) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--epochs", "0"},
                                             {"--seq-len", "0"},
                                             {"--learning-rate", "0"},
                                             {"--beta2", "1"},
                                             {"--min-lr-ratio", "2"},
                                             {"--dtype", "int8"},
                                             {"--schedule", "square"},
                                             {"--model", "nothing"}}) {
    std::vector<std::string> arguments = {"--data", "d.json"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    EXPECT_THROW(parse(arguments), Error) << wrong[0];
  }
}

}  // namespace
}  // namespace corpusmill
