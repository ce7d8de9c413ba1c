#include "tokenizer/sentencepiece/char_bpe_from_sentencepiece.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/sentencepiece_file.h"

namespace corpusmill {
namespace {

using PieceType = SentencepieceModel::PieceType;
using Piece = SentencepieceModel::Piece;

SentencepieceModel bpe_model(std::vector<Piece> pieces) {
  SentencepieceModel model;
  model.type = SentencepieceModel::Type::kBpe;
  model.pieces = {{"<unk>", 0, PieceType::kUnknown}};
  model.pieces.insert(model.pieces.end(), pieces.begin(), pieces.end());
  return model;
}

CharBpeFromSentencepiece read(const SentencepieceModel& model) {
  return read_char_bpe(SentencepieceVocabulary(sentencepiece_file(model), "test.model"));
}

using Merge = std::tuple<std::string, std::string, TokenId, std::uint32_t>;

std::set<Merge> merges_of(const CharBpeSpec& spec) {
  std::set<Merge> merges;
  for (const MergeTable::Merge& merge : spec.merges) {
    merges.emplace(spec.text_of(merge.left), spec.text_of(merge.right), merge.result, merge.rank);
  }
  return merges;
}

TEST(CharBpeFromSentencepieceTest, MakesAMergeOfEveryWayToCutAPiece) {
  const auto bpe = read(bpe_model({{"abc", -1}, {"ab", -3}, {"bc", -3}, {"a", -5}, {"c", -6}}));
  ASSERT_EQ(bpe.unproven, "");
  // Scores in descending order are ranks; equal scores are one rank.
  EXPECT_EQ(
      merges_of(bpe.spec),
      (std::set<Merge>{{"a", "bc", 1, 1}, {"ab", "c", 1, 1}, {"a", "b", 2, 2}, {"b", "c", 3, 2}}));
  // "b" is no piece, but merges.
  EXPECT_EQ(bpe.spec.bare_characters, std::vector<std::string>{"b"});
  EXPECT_EQ(bpe.spec.characters.size(), 3U);
}

TEST(CharBpeFromSentencepieceTest, LeavesOutWhatTextNeverBecomes) {
  const auto bpe = read(bpe_model({{"ab", 0, PieceType::kControl},
                                   {"cd", -1, PieceType::kUserDefined},
                                   {"\xFF\xFE", -2},
                                   {"ef", -3},
                                   {"e", -4},
                                   {"f", -5, PieceType::kUnused}}));
  ASSERT_EQ(bpe.unproven, "");
  EXPECT_EQ(bpe.spec.merges.size(), 1U);
  EXPECT_EQ(bpe.spec.text_of(bpe.spec.merges[0].right), "f");
  EXPECT_GE(bpe.spec.merges[0].right, bpe.spec.symbols.size());  // UNUSED: not the piece itself
  ASSERT_EQ(bpe.spec.atomic_pieces.size(), 1U);
  EXPECT_EQ(bpe.spec.atomic_pieces[0].text, "cd");
}

TEST(CharBpeFromSentencepieceTest, TakesUnusedPiecesApart) {
  const auto bpe = read(bpe_model({{"abcd", -1, PieceType::kUnused},
                                   {"ab", -2, PieceType::kUnused},
                                   {"cd", -3},
                                   {"a", -4},
                                   {"b", -5},
                                   {"c", -6},
                                   {"d", -7}}));
  ASSERT_EQ(bpe.unproven, "");
  ASSERT_EQ(bpe.spec.resplits.size(), 2U);
  for (const auto& resplit : bpe.spec.resplits) {
    EXPECT_EQ(resplit.parts,
              resplit.symbol == 1 ? std::vector<TokenId>({4, 5, 3}) : std::vector<TokenId>({4, 5}));
  }
}

TEST(CharBpeFromSentencepieceTest, NamesWhatItCannotProve) {
  const auto unused = read(bpe_model(
      {{"abc", -1, PieceType::kUnused}, {"ab", -2}, {"bc", -3}, {"a", -4}, {"b", -5}, {"c", -6}}));
  EXPECT_NE(unused.unproven.find("several ways"), std::string::npos) << unused.unproven;

  std::vector<std::string> texts;
  for (std::size_t bytes = 1; bytes <= 70; ++bytes) texts.emplace_back(bytes, 'x');
  std::vector<Piece> pieces;
  for (const std::string& text : texts) pieces.push_back({text, 0, PieceType::kUserDefined});
  EXPECT_NE(read(bpe_model(pieces)).unproven.find("begins with"), std::string::npos);
}

TEST(CharBpeFromSentencepieceTest, OrdersScoresAsTheLibraryDoes) {
  const auto bpe =
      read(bpe_model({{"ab", -0.0F}, {"bc", 0.0F}, {"cd", 2.5F}, {"de", 1.0F}, {"ef", -1.0F}}));
  std::set<std::pair<std::uint32_t, TokenId>> by_rank;
  for (const MergeTable::Merge& merge : bpe.spec.merges) by_rank.emplace(merge.rank, merge.result);
  std::vector<TokenId> order;
  for (const auto& [rank, id] : by_rank) order.push_back(id);
  EXPECT_EQ(order, (std::vector<TokenId>{3, 4, 2, 1, 5}));
}

}  // namespace
}  // namespace corpusmill
