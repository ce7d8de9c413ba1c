#include <gtest/gtest.h>

#include <random>

#include "common/error.h"
#include "tests/reference/textbook_bpe.h"
#include "tokenizer/bpe_merges.h"
#include "tokenizer/byte_level_tokenizer.h"
#include "tokenizer/byte_level_trainer.h"
#include "tokenizer/sentencepiece_tokenizer.h"
#include "tokenizer/sentencepiece_trainer.h"

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

TEST(LearnMergesTest, EqualsCountingAfreshEachTime) {
  std::mt19937 random(4);
  for (int round = 0; round < 40; ++round) {
    std::vector<CountedWord> words;
    std::vector<std::pair<std::vector<TokenId>, std::uint64_t>> plain;
    for (int i = 0; i < 30; ++i) {
      CountedWord word{{}, 1 + random() % 5};
      for (std::size_t at = random() % 12; at < 12; ++at) word.ids.push_back(random() % 4);
      plain.emplace_back(word.ids, word.count);
      words.push_back(word);
    }
    // Spellings of different lengths make joined spellings unique, so ids are new each time.
    const LearnedMerges learned = learn_merges(words, {"(a)", "(b)", "(c)", "(d)"}, 24);
    const auto expected = reference::learn_merges(plain, 4, 20);
    ASSERT_EQ(learned.merges.size(), expected.size());
    bool same_ids = true;  // until a spelling is reached on two paths
    for (std::size_t rank = 0; rank < expected.size() && same_ids; ++rank) {
      ASSERT_EQ(learned.merges[rank], (std::pair(expected[rank].left, expected[rank].right)))
          << rank;
      same_ids = learned.tokens.size() == 24;
    }
  }
}

TEST(ByteLevelTrainerTest, ThreadsAndOrderDoNotMatter) {
  std::vector<std::string> texts = sample_texts();
  const TrainedByteLevel one = train_byte_level(texts, {.vocabulary_size = 300});
  std::reverse(texts.begin(), texts.end());
  const TrainedByteLevel four = train_byte_level(texts, {.vocabulary_size = 300, .threads = 4});
  EXPECT_EQ(one.vocabulary_size, 300U);
  EXPECT_EQ(one.tokenizer_json, four.tokenizer_json);
  EXPECT_EQ(one.tokenizer_config_json, four.tokenizer_config_json);
}

TEST(ByteLevelTrainerTest, TheResultLoadsAndJoinsWhatIsFrequent) {
  const std::vector<std::string> texts = sample_texts();
  const TrainedByteLevel trained = train_byte_level(texts, {.vocabulary_size = 400});
  const auto tokenizer = make_byte_level_tokenizer(trained.tokenizer_json, "tokenizer.json",
                                                   trained.tokenizer_config_json, "config");
  EXPECT_EQ(tokenizer->vocabulary_size(), trained.vocabulary_size);
  EXPECT_EQ(tokenizer->special_ids(), (SpecialIds{.bos = 1, .eos = 2, .pad = 0, .unk = {}}));
  EXPECT_EQ(tokenizer->encode_text(" then").size(), 1U);
  for (const std::string& text : texts) {
    EXPECT_EQ(tokenizer->decode(tokenizer->encode_text(text)), text);
  }
}

TEST(ByteLevelTrainerTest, SpecialsInTheSampleAreNotLearned) {
  const std::vector<std::string> texts(50, "<|im_start|>ab<|im_end|>");
  const TrainedByteLevel trained = train_byte_level(texts, {.vocabulary_size = 300});
  EXPECT_EQ(trained.vocabulary_size, 260U);  // 3 specials, 256 bytes, "ab"
}

TEST(ByteLevelTrainerTest, WrongOptionsAreRefused) {
  EXPECT_THROW(train_byte_level({}, {.vocabulary_size = 258}), Error);
  EXPECT_THROW(train_byte_level({}, {.specials = {"<s>", "<s>"}}), Error);
  EXPECT_THROW(train_byte_level({}, {.specials = {""}}), Error);
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
