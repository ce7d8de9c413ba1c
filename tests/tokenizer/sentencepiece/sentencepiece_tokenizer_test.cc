#include "tokenizer/sentencepiece/sentencepiece_tokenizer.h"

#include <gtest/gtest.h>

#include <random>

#include "common/error.h"
#include "tests/support/sentencepiece_file.h"

namespace corpusmill {
namespace {

using PieceType = SentencepieceModel::PieceType;

// A character map of "a" -> "bb", made of the units that darts-clone writes: root, the child by
// 'a', its value.
std::string small_charsmap() {
  constexpr std::uint32_t kUnits = 256;
  std::vector<std::uint32_t> units(kUnits, 0xFF);
  units[0] = 1U << 10;  // offset 1
  const std::uint32_t child = 1U ^ 'a';
  units[child] = 2U << 10 | 1U << 8 | 'a';  // offset 2, a value hangs below
  units[child ^ 2U] = 1U << 31;             // the replacement at 0
  std::string map;
  for (const std::uint32_t value : {kUnits * 4}) {
    for (unsigned i = 0; i < 4; ++i) map += static_cast<char>(value >> (8 * i));
  }
  for (const std::uint32_t unit : units) {
    for (unsigned i = 0; i < 4; ++i) map += static_cast<char>(unit >> (8 * i));
  }
  return map + std::string("bb\0", 3);
}

SentencepieceModel small_model(SentencepieceModel::Type type, std::string_view charsmap) {
  SentencepieceModel model;
  model.type = type;
  model.normalizer.precompiled_charsmap = charsmap;
  model.pieces = {{"<unk>", 0, PieceType::kUnknown},
                  {"</s>", 0, PieceType::kControl},
                  {"\xE2\x96\x81", -2, PieceType::kNormal},
                  {"b", -2, PieceType::kNormal},
                  {"\xE2\x96\x81"
                   "bb",
                   -3, PieceType::kNormal},
                  {"xyz", 0, PieceType::kUserDefined},
                  {"c", -1, PieceType::kUnused}};
  return model;
}

std::vector<TokenId> ids_of(const SentencepieceModel& model, std::string_view text) {
  return make_sentencepiece_tokenizer(sentencepiece_file(model), "m.model")->encode_text(text);
}

TEST(SentencepieceTokenizerTest, TextIsMappedTidiedAndSegmented) {
  const std::string map = small_charsmap();
  const SentencepieceModel unigram = small_model(SentencepieceModel::Type::kUnigram, map);
  EXPECT_EQ(ids_of(unigram, "a"), (std::vector<TokenId>{4}));
  EXPECT_EQ(ids_of(unigram, "  a   a "), (std::vector<TokenId>{4, 4}));
  EXPECT_EQ(ids_of(unigram, "xyzb??cb"), (std::vector<TokenId>{2, 5, 3, 0, 3}));
  EXPECT_EQ(ids_of(unigram, " "), std::vector<TokenId>());
  const SentencepieceModel chars = small_model(SentencepieceModel::Type::kChar, map);
  EXPECT_EQ(ids_of(chars, "a xyzc"), (std::vector<TokenId>{2, 3, 3, 2, 5, 0}));
  const SentencepieceModel words = small_model(SentencepieceModel::Type::kWord, map);
  EXPECT_EQ(ids_of(words, "a ab a"), (std::vector<TokenId>{4, 0, 4}));
}

TEST(SentencepieceTokenizerTest, DecodingDropsTheFirstMarkAndControlPieces) {
  SentencepieceModel model = small_model(SentencepieceModel::Type::kUnigram, {});
  const auto decode = [&](const std::vector<TokenId>& ids) {
    return make_sentencepiece_tokenizer(sentencepiece_file(model), "m.model")->decode(ids);
  };
  EXPECT_EQ(decode({1, 4, 4, 0, 1, 99}), "bb bb \xE2\x81\x87 ");
  EXPECT_EQ(decode({2, 2, 3}), "b");  // white space at the start would have been removed
  model.normalizer.remove_extra_whitespaces = false;
  model.unk_surface = "?";
  EXPECT_EQ(decode({2, 2, 3, 0}), " b?");
  model.normalizer.add_dummy_prefix = false;
  EXPECT_EQ(decode({2, 2, 3}), "  b");
}

// Loads damaged models; each works or is refused.
void expect_no_crash(const std::string& bytes) {
  try {
    const auto tokenizer = make_sentencepiece_tokenizer(bytes, "damaged.model");
    const std::vector<TokenId> ids = tokenizer->encode_text("a  bb\xE4\xB8\x80xyz\t c\xFF <s>");
    tokenizer->decode(ids);
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ExitCode::kCorrupt || error.code() == ExitCode::kMismatch);
    EXPECT_NE(std::string(error.what()).find("damaged.model"), std::string::npos) << error.what();
  }
}

TEST(SentencepieceTokenizerTest, DamagedModelsWorkOrAreRefused) {
  const std::string map = small_charsmap();
  std::mt19937 random(5);
  for (const auto type : {SentencepieceModel::Type::kUnigram, SentencepieceModel::Type::kChar,
                          SentencepieceModel::Type::kWord}) {
    const std::string file = sentencepiece_file(small_model(type, map));
    for (std::size_t end = 0; end < file.size(); ++end) expect_no_crash(file.substr(0, end));
    for (int round = 0; round < 600; ++round) {
      std::string flipped = file;
      for (auto flips = 1 + random() % 3; flips > 0; --flips) {
        flipped[random() % flipped.size()] ^= static_cast<char>(1U << random() % 8);
      }
      expect_no_crash(flipped);
    }
  }
}

void expect_code(const SentencepieceModel& model, ExitCode code) {
  try {
    make_sentencepiece_tokenizer(sentencepiece_file(model), "m.model");
    ADD_FAILURE() << "loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
  }
}

TEST(SentencepieceTokenizerTest, WhatTheLibraryRefusesIsRefused) {
  const SentencepieceModel good = small_model(SentencepieceModel::Type::kUnigram, {});
  SentencepieceModel model = good;
  model.pieces.push_back({"b", -9, PieceType::kUnused});
  expect_code(model, ExitCode::kCorrupt);
  model.pieces.back() = {"<unk2>", 0, PieceType::kUnknown};
  expect_code(model, ExitCode::kCorrupt);
  model.pieces.back() = {"<0x41>", 0, PieceType::kByte};
  expect_code(model, ExitCode::kCorrupt);
  model.pieces.back() = {std::string_view("q\0", 2), 0, PieceType::kNormal};
  expect_code(model, ExitCode::kCorrupt);
  const std::string long_piece(8000, 'x');
  model.pieces.back() = {long_piece, 0, PieceType::kNormal};
  expect_code(model, ExitCode::kCorrupt);
  model.pieces.back() = {"\xE4\xB8", 0, PieceType::kUserDefined};
  expect_code(model, ExitCode::kMismatch);
  model = good;
  model.byte_fallback = true;
  expect_code(model, ExitCode::kCorrupt);
  model = good;
  model.pieces.erase(model.pieces.begin());
  expect_code(model, ExitCode::kCorrupt);
  model = good;
  model.normalizer.precompiled_charsmap = "damaged";
  expect_code(model, ExitCode::kCorrupt);
}

}  // namespace
}  // namespace corpusmill
