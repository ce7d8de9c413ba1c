#include <gtest/gtest.h>

#include <random>

#include "common/error.h"
#include "tokenizer/json_tokenizer.h"
#include "tokenizer/learn/byte_level_trainer.h"
#include "tokenizer/learn/sentencepiece_trainer.h"
#include "tokenizer/sentencepiece/sentencepiece_tokenizer.h"

namespace corpusmill {
namespace {

std::vector<std::string> sample_texts() {
  std::mt19937 random(5);
  const std::vector<std::string> words = {"the", "then",    "中文", "中间", "corpus", "mill",
                                          "12",  "milling", "，",   "语料", "token"};
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) {
    std::string text;
    for (int word = 0; word < 30; ++word) {
      const std::size_t a = random() % words.size(), b = random() % words.size();
      text += words[std::min(a, b)] + (random() % 3 == 0 ? "\n" : " ");
    }
    texts.push_back(text);
  }
  return texts;
}

TrainedByteLevel train(
    const std::vector<std::string>& texts, const MergeTraining& merges,
    const std::vector<std::string>& specials = ByteLevelTrainingOptions().specials) {
  ByteLevelTrainer trainer({.specials = specials, .splitter = "gpt2", .merges = merges});
  {
    ByteLevelTrainer::Adder adder(trainer);
    for (const std::string& text : texts) adder.add(text);
  }
  return trainer.finish();
}

TEST(ByteLevelTrainerTest, OrderDoesNotMatter) {
  std::vector<std::string> texts = sample_texts();
  const TrainedByteLevel one = train(texts, {.vocabulary_size = 300});
  std::reverse(texts.begin(), texts.end());
  const TrainedByteLevel four = train(texts, {.vocabulary_size = 300, .threads = 4});
  EXPECT_EQ(one.vocabulary_size, 300U);
  EXPECT_EQ(one.tokenizer_json, four.tokenizer_json);
  EXPECT_EQ(one.tokenizer_config_json, four.tokenizer_config_json);
}

TEST(ByteLevelTrainerTest, TheResultLoadsAndJoinsWhatIsFrequent) {
  const std::vector<std::string> texts = sample_texts();
  const TrainedByteLevel trained = train(texts, {.vocabulary_size = 400});
  const auto tokenizer = make_json_tokenizer(trained.tokenizer_json, "tokenizer.json",
                                             trained.tokenizer_config_json, "config");
  EXPECT_EQ(tokenizer->vocabulary_size(), trained.vocabulary_size);
  EXPECT_EQ(tokenizer->special_ids(), (SpecialIds{.bos = 1, .eos = 2, .pad = 0, .unk = {}}));
  EXPECT_EQ(tokenizer->encode_text(" then").size(), 1U);
  for (const std::string& text : texts) {
    EXPECT_EQ(tokenizer->decode(tokenizer->encode_text(text)), text);
  }
}

TEST(ByteLevelTrainerTest, EverySplitterLoads) {
  for (const std::string& splitter : splitter_names()) {
    ByteLevelTrainer trainer({.splitter = splitter, .merges = {.vocabulary_size = 300}});
    ByteLevelTrainer::Adder(trainer).add("12345 12345 we'LL we'LL\n\n\n");
    const TrainedByteLevel trained = trainer.finish();
    const auto tokenizer = make_json_tokenizer(trained.tokenizer_json, splitter, "{}", "config");
    EXPECT_GT(tokenizer->encode_text("12345").size(), splitter == "gpt2" ? 0U : 1U) << splitter;
  }
}

TEST(ByteLevelTrainerTest, SpecialsInTheSampleAreNotLearned) {
  const std::vector<std::string> texts(50, "<|im_start|>ab<|im_end|>");
  const TrainedByteLevel trained = train(texts, {.vocabulary_size = 300});
  EXPECT_EQ(trained.vocabulary_size, 260U);  // 3 specials, 256 bytes, "ab"
}

TEST(ByteLevelTrainerTest, ASpecialSpelledLikeATokenIsThatToken) {
  const std::vector<std::string> texts(50, "xab abx xabx");
  // "Ġabx" cuts nothing out of the text, but spells what the merges reach; "!" is a byte.
  const TrainedByteLevel trained = train(texts, {.vocabulary_size = 300}, {"Ġabx", "!"});
  const auto tokenizer = make_json_tokenizer(trained.tokenizer_json, "json", "{}", "config");
  EXPECT_EQ(tokenizer->encode_text(" abx"), std::vector<TokenId>{0});
  EXPECT_EQ(tokenizer->encode_text("!"), std::vector<TokenId>{1});
}

TEST(ByteLevelTrainerTest, WrongOptionsAreRefused) {
  EXPECT_THROW(train({}, {.vocabulary_size = 258}), Error);
  EXPECT_THROW(train({}, {}, {"<s>", "<s>"}), Error);
  EXPECT_THROW(train({}, {}, {""}), Error);
  EXPECT_THROW(ByteLevelTrainer({.splitter = "gpt9"}), Error);
  EXPECT_THROW(train({"中文语料"}, {.vocabulary_size = 260, .seed_coverage = 1.0}), Error);
  EXPECT_THROW(train(sample_texts(), {.vocabulary_size = 300, .memory_bytes = 100}), Error);
}

class SentencepieceTrainerTest : public testing::Test {
 protected:
  void SetUp() override {
    try {
      model_ = train_sentencepiece(sample_texts(), {.vocabulary_size = 300, .specials = {"<x>"}});
    } catch (const Error& error) {
      if (error.code() == ExitCode::kMismatch) GTEST_SKIP() << error.what();
      throw;
    }
  }
  std::string model_;
};

TEST_F(SentencepieceTrainerTest, TheModelLoadsAndEncodes) {
  const auto tokenizer = make_sentencepiece_tokenizer(model_, "small.model");
  EXPECT_EQ(tokenizer->kind(), "sentencepiece-bpe");
  EXPECT_EQ(tokenizer->warning(), "");
  EXPECT_EQ(tokenizer->vocabulary_size(), 300U);
  EXPECT_EQ(tokenizer->special_ids(), (SpecialIds{.bos = 1, .eos = 2, .pad = {}, .unk = 0}));
  EXPECT_EQ(tokenizer->id_of("<x>"), 3U);
  for (const std::string text : {"then 中文 mill", "  two", "é\n😀"}) {
    EXPECT_EQ(tokenizer->decode(tokenizer->encode_text(text)), text);
  }
}

TEST_F(SentencepieceTrainerTest, PoliciesDecideOnControlPiecesInText) {
  const auto tokenizer = make_sentencepiece_tokenizer(model_, "small.model");
  EXPECT_EQ(tokenizer->default_policy(), SpecialInText::kText);
  std::vector<TokenId> parsed, text, refused;
  EXPECT_EQ(tokenizer->encode("mill</s>", SpecialInText::kParse, parsed).specials, 1U);
  EXPECT_EQ(parsed.back(), 2U);
  EXPECT_EQ(tokenizer->encode("mill</s>", SpecialInText::kText, text).specials, 1U);
  EXPECT_EQ(tokenizer->decode(text), "mill</s>");
  EXPECT_EQ(std::count(text.begin(), text.end(), 2U), 0);
  EXPECT_TRUE(tokenizer->encode("mill</s>", SpecialInText::kReject, refused).refused);
  EXPECT_TRUE(refused.empty());
}

TEST_F(SentencepieceTrainerTest, TrainingAgainGivesTheSameBytes) {
  EXPECT_EQ(train_sentencepiece(sample_texts(), {.vocabulary_size = 300, .specials = {"<x>"}}),
            model_);
  const SentencepieceTrainingOptions unigram = {.unigram = true, .vocabulary_size = 290};
  const std::string model = train_sentencepiece(sample_texts(), unigram);
  EXPECT_EQ(train_sentencepiece(sample_texts(), unigram), model);
  EXPECT_EQ(make_sentencepiece_tokenizer(model, "unigram.model")->warning(), "");
}

TEST_F(SentencepieceTrainerTest, AModelCutAnywhereThrowsAndNothingElse) {
  for (std::size_t end = 0; end < model_.size(); end += 5) {
    try {
      make_sentencepiece_tokenizer(model_.substr(0, end), "cut.model");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kCorrupt);
    }
  }
}

TEST_F(SentencepieceTrainerTest, WhatTheLibraryRefusesIsAnError) {
  EXPECT_THROW(train_sentencepiece(sample_texts(), {.vocabulary_size = 100'000}), Error);
  EXPECT_THROW(train_sentencepiece({}, {}), Error);
}

}  // namespace
}  // namespace corpusmill
