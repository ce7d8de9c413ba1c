#include "tokenizer/sentencepiece/unigram_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <random>

#include "common/error.h"
#include "tests/reference/textbook_unigram.h"
#include "tests/support/sentencepiece_file.h"

namespace corpusmill {
namespace {

using PieceType = SentencepieceModel::PieceType;

// A model of random pieces over a few characters, of one to four bytes and of stray bytes.
struct RandomModel {
  SentencepieceModel model;
  std::deque<std::string> texts;  // what the model's views point to

  RandomModel(std::mt19937& random, bool byte_fallback, float score_unit) {
    model.byte_fallback = byte_fallback;
    if (byte_fallback) {
      for (unsigned byte = 0; byte < 256; ++byte) {
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        add({'<', '0', 'x', kDigits[byte / 16], kDigits[byte % 16], '>'}, 0, PieceType::kByte);
      }
    } else {
      add("<unk>", 0, PieceType::kUnknown);
    }
    for (int i = 0; i < 120; ++i) {
      std::string text;
      for (auto length = 1 + random() % 4; length > 0; --length) text += character(random, true);
      const auto kind = random() % 20;
      const PieceType type = kind == 0   ? PieceType::kUserDefined
                             : kind == 1 ? PieceType::kUnused
                             : kind == 2 ? PieceType::kControl
                                         : PieceType::kNormal;
      // Few different scores: many segmentations are nearly equal.
      add(text, -score_unit * static_cast<float>(1 + random() % 7), type);
    }
    add("z", -1, PieceType::kNormal);
  }

  void add(const std::string& text, float score, PieceType type) {
    for (const std::string& other : texts) {
      if (other == text) return;
    }
    texts.push_back(text);
    model.pieces.push_back({texts.back(), score, type});
  }

  static std::string character(std::mt19937& random, bool may_be_malformed = false) {
    static const std::vector<std::string> kCharacters = {
        "a", "b",        "c",   "\xC3\xA9", "\xE2\x96\x81", "\xE4\xB8\x80", "\xF0\x9F\x98\x80",
        "q", "\xE4\xB8", "\x80"};
    const std::size_t count = kCharacters.size() - (may_be_malformed ? 0 : 2);
    // The last ones less often.
    return kCharacters[std::min(random() % count, random() % count)];
  }
};

// `text` is spelled with marks.
std::vector<TokenId> encode(const UnigramModel& model, const std::string& text) {
  std::string spaced;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool mark = text.compare(at, 3, "\xE2\x96\x81") == 0;
    spaced += mark ? ' ' : text[at];
    if (mark) at += 2;
  }
  std::vector<TokenId> ids;
  model.encode(spaced, ids);
  return ids;
}

TEST(UnigramModelTest, RandomModelsAgreeWithTheTextbook) {
  std::mt19937 random(11);
  for (int round = 0; round < 30; ++round) {
    const float units[] = {0.1F, 1.7F, 911.3F};
    const RandomModel made(random, round % 2 == 0, units[round % 3]);
    const SentencepieceVocabulary vocabulary(sentencepiece_file(made.model), "model");
    const UnigramModel model(vocabulary, "model");
    for (int i = 0; i < 40; ++i) {
      std::string text;
      // Some longer than what is searched at once, so that sums are rebased on the way.
      for (auto length = random() % (i % 10 == 0 ? 9000U : 60U); length > 0; --length) {
        text += RandomModel::character(random);
      }
      ASSERT_EQ(encode(model, text), textbook_unigram(made.model, text)) << text;
    }
  }
}

TEST(UnigramModelTest, RunsThatNothingDivides) {
  // Pieces of which one always covers the border of the other.
  SentencepieceModel model;
  model.pieces = {{"<unk>", 0, PieceType::kUnknown}, {"a", -3.1F, PieceType::kNormal},
                  {"aa", -4.3F, PieceType::kNormal}, {"aaaaa", -9.7F, PieceType::kNormal},
                  {"ba", -4.0F, PieceType::kNormal}, {"ab", -4.0F, PieceType::kNormal}};
  const SentencepieceVocabulary vocabulary(sentencepiece_file(model), "model");
  const UnigramModel unigram(vocabulary, "model");
  for (const std::size_t length : {1, 2, 7, 1023, 4097, 50'000}) {
    const std::string run(length, 'a');
    ASSERT_EQ(encode(unigram, run), textbook_unigram(model, run)) << length;
    ASSERT_EQ(encode(unigram, run + "b" + run), textbook_unigram(model, run + "b" + run)) << length;
  }
}

TEST(UnigramModelTest, LongTextsInWhichAPieceLiesAcrossEveryPosition) {
  SentencepieceModel model;
  model.pieces = {{"<unk>", 0, PieceType::kUnknown}, {"a", -3.1F, PieceType::kNormal},
                  {"b", -2.9F, PieceType::kNormal},  {"aa", -4.3F, PieceType::kNormal},
                  {"ab", -4.7F, PieceType::kNormal}, {"ba", -4.5F, PieceType::kNormal},
                  {"bb", -4.4F, PieceType::kNormal}, {"abba", -7.1F, PieceType::kNormal}};
  const SentencepieceVocabulary vocabulary(sentencepiece_file(model), "model");
  const UnigramModel unigram(vocabulary, "model");
  std::mt19937 random(2);
  std::string text;
  while (text.size() < 200'000) text += random() % 2 == 0 ? 'a' : 'b';
  EXPECT_EQ(encode(unigram, text), textbook_unigram(model, text));
}

ExitCode code_of(float score, PieceType type) {
  SentencepieceModel model;
  model.pieces = {{"<unk>", 0, PieceType::kUnknown}, {"a", score, type}};
  const SentencepieceVocabulary vocabulary(sentencepiece_file(model), "model");
  try {
    const UnigramModel unigram(vocabulary, "model");
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::kDone;
}

TEST(UnigramModelTest, ScoresThatCannotBeSummedAreRefused) {
  EXPECT_EQ(code_of(-1e30F, PieceType::kNormal), ExitCode::kDone);
  EXPECT_EQ(code_of(-1.1e30F, PieceType::kNormal), ExitCode::kMismatch);
  EXPECT_EQ(code_of(std::nanf(""), PieceType::kNormal), ExitCode::kCorrupt);
  EXPECT_EQ(code_of(std::numeric_limits<float>::infinity(), PieceType::kUnused),
            ExitCode::kCorrupt);
  EXPECT_EQ(code_of(-1, PieceType::kUserDefined), ExitCode::kMismatch);
  EXPECT_EQ(code_of(-1, PieceType::kControl), ExitCode::kCorrupt);
}

}  // namespace
}  // namespace corpusmill
